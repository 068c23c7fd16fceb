import { type Command, Option } from 'commander';
import type { CloneOptions } from '../../contracts/clone.js';
import { RESTORE_STRATEGIES, type RestoreStrategy } from '../../contracts/environments.js';
import type { CopyProof } from '../../contracts/validation.js';

export interface CloneFlags {
  raw?: boolean;
  auditLogs: boolean;
  conversations: boolean;
  reservations: boolean;
  userRoles: boolean;
  verify?: CopyProof;
  restorePoint?: RestoreStrategy;
}

/** The options of a clone as flags. What is not said is decided by the target's `.env` file. */
export function addCloneOptions(command: Command): Command {
  return command
    .option('--raw', 'do not mask; the target needs "allowRawData": true')
    .option('--no-audit-logs', 'leave the audit system empty')
    .option('--no-conversations', 'leave the conversations system empty')
    .option('--no-reservations', 'leave the reservations system empty')
    .option('--no-user-roles', 'give role columns their default')
    .addOption(
      new Option('--verify <proof>', 'compare each table with the copy’s snapshot').choices(['counts', 'checksums']),
    )
    .addOption(
      new Option('--restore-point <strategy>', 'what the clone can be undone with').choices([...RESTORE_STRATEGIES]),
    );
}

export function cloneOptionsOf(flags: CloneFlags): Partial<CloneOptions> {
  return {
    ...(flags.raw && { anonymizeData: false }),
    ...(!flags.auditLogs && { includeAuditLogs: false }),
    ...(!flags.conversations && { includeConversations: false }),
    ...(!flags.reservations && { includeReservations: false }),
    ...(!flags.userRoles && { preserveUserRoles: false }),
    ...(flags.verify && { verify: flags.verify }),
    ...(flags.restorePoint && { restorePoint: flags.restorePoint }),
  };
}
