import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as english } from '@faker-js/faker/locale/en';
import { faker as french } from '@faker-js/faker/locale/fr';

type Locale = typeof french;
type Person = 'first_name' | 'last_name';

export const WORDS_FILE = new URL('../engine/anonymizer/words.ts', import.meta.url);

/** The module that dictionaries are made of: faker's words, without what loading faker costs every copying thread. */
export function wordsModule(): string {
  const lists = {
    LATIN_FIRST_NAMES: [...namesOf(french, 'first_name'), ...namesOf(english, 'first_name')],
    LATIN_LAST_NAMES: [...namesOf(french, 'last_name'), ...namesOf(english, 'last_name')],
    LATIN_STREETS: french.rawDefinitions.location?.street_suffix ?? [],
    LATIN_WORDS: french.rawDefinitions.lorem?.word ?? [],
    ARABIC_FIRST_NAMES: namesOf(arabic, 'first_name'),
    ARABIC_LAST_NAMES: namesOf(arabic, 'last_name'),
    ARABIC_WORDS: arabic.rawDefinitions.lorem?.word ?? [],
  };
  const constants = Object.entries(lists).map(([name, words]) => {
    return `export const ${name} = \`\n${[...new Set(words)].join('\n')}\n\`;\n`;
  });
  return `// Made by \`npm run dictionaries\` from @faker-js/faker (MIT): one word a line.\n\n${constants.join('\n')}`;
}

function namesOf({ rawDefinitions: { person } }: Locale, kind: Person): string[] {
  const { generic = [], female = [], male = [] } = person?.[kind] ?? {};
  return [...generic, ...female, ...male];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(WORDS_FILE, wordsModule());
