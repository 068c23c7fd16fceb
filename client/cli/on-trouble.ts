import { type Command, Option } from 'commander';
import { ON_TROUBLE, type OnTrouble } from '../../contracts/recovery.js';
import type { Configuration } from '../../engine/environments/configuration.js';
import type { CommandContext } from './command.js';

export interface OnTroubleFlag {
  onTrouble?: OnTrouble;
}

export function addOnTrouble(command: Command): Command {
  return command.addOption(
    new Option(
      '--on-trouble <action>',
      'where a person is needed: wait for one, or roll back; rollback by default where nobody is at a terminal',
    ).choices([...ON_TROUBLE]),
  );
}

/** What was said, else what the configuration says; else nobody is waited for where nobody is. */
export function onTroubleOf(
  { onTrouble }: OnTroubleFlag,
  { isInteractive }: CommandContext,
  { operations }: Configuration,
): OnTroubleFlag {
  if (onTrouble) return { onTrouble };
  return isInteractive || operations.onTrouble ? {} : { onTrouble: 'rollback' };
}
