import { ConfigurationError } from '../contracts/errors.js';

/** A function in an operation's input would be lost on its way to a worker, without a word. @throws ConfigurationError `CONFIGURATION_INVALID` naming its place */
export function refuseFunctions(input: unknown): void {
  const place = findFunction(input, []);
  if (!place) return;
  throw new ConfigurationError('CONFIGURATION_INVALID', `${place} is a function, which cannot be sent to a worker`, {
    next: 'Add it to generators in envclone.config.ts, and write a rule with anonymizationType custom and its name as customGenerator.',
  });
}

function findFunction(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === 'function') return path.join('.');
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = findFunction(member, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
