import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES, type ErrorDescription } from '../contracts/error-codes.js';

const PAGE = fileURLToPath(new URL('../docs/errors.md', import.meta.url));

/** `docs/errors.md`, made from the table of error codes. */
export function errorsPage(): string {
  const codes = Object.entries<ErrorDescription>(ERROR_CODES);
  const categories = [...new Set(codes.map(([, { category }]) => category))];
  const sections = categories.map((category) =>
    [
      `## ${category}`,
      '',
      '| code | what it means | what to do | recovery |',
      '|---|---|---|---|',
      ...codes
        .filter(([, description]) => description.category === category)
        .map(
          ([code, { meaning, next, retry, otherwise }]) =>
            `| \`${code}\` | ${meaning} | ${next} | ${retry ? 'retry, then ' : ''}${otherwise} |`,
        ),
    ].join('\n'),
  );
  return `# Errors

Every failure has a code. Exit codes follow the category: safety 3, configuration 2, validation 4, the others 1; 5 when the target could not be restored, or the operation waits for a person.

Recovery is what an operation does about it by itself: \`retry\`, a few times and later each time; \`rollback\`, which undoes what it did; \`manual_intervention\`, which waits for a person
([An operation waits for you](operating.md#an-operation-waits-for-you)). One that has done nothing yet ends at once. An undo that fails waits whatever the code. \`skip\` is a person's choice alone.

This page is generated: \`npx tsx scripts/errors-page.ts\`.

${sections.join('\n\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(PAGE, errorsPage());

export const readErrorsPage = (): Promise<string> => readFile(PAGE, 'utf8');
