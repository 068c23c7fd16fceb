import type { Intervention } from '../../contracts/recovery.js';

/** What an operation waits for and how to answer it, for people. */
export function describeIntervention(operationId: string, intervention: Intervention): string[] {
  const { step, code, message, next, until, choices } = intervention;
  const inVain = choices.includes('rollback') ? 'it is rolled back' : 'the undo ends where it is';
  return [
    `${operationId} waits for a person: ${step}`,
    `  ${code}: ${message}`,
    `  needed: ${next}`,
    ...choices.map((choice, at) => `  ${at === 0 ? 'then' : 'or'}: envclone resolve ${operationId} ${choice}`),
    `  without an answer, ${inVain} at ${until}`,
  ];
}
