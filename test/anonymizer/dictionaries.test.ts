import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { isDictionaryWord } from '../../engine/anonymizer/known-names.js';
import * as words from '../../engine/anonymizer/words.js';
import { WORDS_FILE, wordsModule } from '../../scripts/dictionaries.js';

test('the dictionaries hold the words of the faker that is installed', async () => {
  expect(await readFile(WORDS_FILE, 'utf8')).toBe(wordsModule());
});

test('no name that a generator makes is rare: every word of it is one of the dictionary', () => {
  const { LATIN_FIRST_NAMES, LATIN_LAST_NAMES, ARABIC_FIRST_NAMES, ARABIC_LAST_NAMES } = words;
  const names = [LATIN_FIRST_NAMES, LATIN_LAST_NAMES, ARABIC_FIRST_NAMES, ARABIC_LAST_NAMES].join('\n').split('\n');
  const wordsOf = (name: string) => name.toLowerCase().match(/[\p{L}\p{M}'’-]+/gu) ?? [];
  expect(names.length).toBeGreaterThan(4000);
  expect(names.filter((name) => !wordsOf(name).every(isDictionaryWord))).toEqual([]);
  expect(isDictionaryWord('kessaix')).toBe(false);
});
