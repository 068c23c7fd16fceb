import { SafetyError } from '../../contracts/errors.js';

export interface ConfirmationInput {
  target: string;
  /** The target's name, repeated. */
  confirm: string | undefined;
}

/** @throws SafetyError `TARGET_NOT_CONFIRMED` unless the target's name was repeated exactly */
export function requireTargetConfirmation({ target, confirm }: ConfirmationInput): void {
  if (confirm === target) return;
  const what = confirm
    ? `"${confirm}" was confirmed, and the target is "${target}"`
    : `everything in ${target} will be replaced, and nobody confirmed that`;
  throw new SafetyError('TARGET_NOT_CONFIRMED', what, { next: `Repeat its name: --confirm ${target}` });
}
