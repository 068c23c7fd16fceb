import type { ZodError } from 'zod';
import { ConfigurationError } from '../../contracts/errors.js';

/** One thing to correct. Never holds the value that is wrong: it may be a secret. */
export interface Mistake {
  /** Relative to the configuration's directory; `input` for what a command, the SDK or Temporal sent. */
  file: string;
  /** `environments.test.type`, `DATABASE_URL` */
  key: string;
  what: string;
}

/** `.env.test: DATABASE_URL: is missing` */
export function describeMistake({ file, key, what }: Mistake): string {
  return [file, key, what].filter(Boolean).join(': ');
}

/** All of them in one error. */
export function mistakesError(mistakes: readonly Mistake[]): ConfigurationError {
  const title = mistakes.length === 1 ? 'there is a mistake' : `there are ${mistakes.length} mistakes`;
  return new ConfigurationError(
    'CONFIGURATION_INVALID',
    [`${title}:`, ...mistakes.map((mistake) => `  ${describeMistake(mistake)}`)].join('\n'),
    { details: { mistakes: mistakes.map((mistake) => ({ ...mistake })) } },
  );
}

/** What zod found, one mistake per key, unknown keys each on their own. */
export function mistakesOf(error: ZodError, file: string, at: readonly PropertyKey[] = []): Mistake[] {
  return error.issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ file, key: keyOf([...path, key]), what: 'is not a known key' }));
    }
    return [{ file, key: keyOf(path), what: issue.message }];
  });
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
