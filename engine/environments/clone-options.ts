import type { CloneOptions } from '../../contracts/clone.js';
import { SafetyError } from '../../contracts/errors.js';
import type { Configuration } from './configuration.js';
import { parseCloneOptions } from './parse-input.js';

export interface CloneOptionsInput {
  configuration: Configuration;
  target: string;
  /** As they came in; unchecked. */
  options?: unknown;
}

/**
 * Every option decided: what was asked, else what the target's `.env` file says, else `true`.
 * @throws ConfigurationError naming every unknown or mistyped option; SafetyError `RESTORE_POINT_REQUIRED`
 */
export function cloneOptionsFrom({ configuration, target, options = {} }: CloneOptionsInput): CloneOptions {
  const asked = parseCloneOptions(options);
  const { variables, restorePoint } = configuration.environment(target);
  const { config } = variables;
  if (asked.restorePoint === 'none' && restorePoint !== 'none') throw restorePointRequired(target);
  return {
    anonymizeData: asked.anonymizeData ?? config.ANONYMIZE_DATA ?? true,
    includeAuditLogs: asked.includeAuditLogs ?? config.INCLUDE_AUDIT_LOGS ?? true,
    includeConversations: asked.includeConversations ?? true,
    includeReservations: asked.includeReservations ?? true,
    preserveUserRoles: asked.preserveUserRoles ?? config.PRESERVE_USER_ROLES ?? true,
    ...(asked.verify && { verify: asked.verify }),
    ...((asked.restorePoint ?? restorePoint) && { restorePoint: asked.restorePoint ?? restorePoint }),
    ...(asked.customAnonymizationRules && { customAnonymizationRules: asked.customAnonymizationRules }),
  };
}

function restorePointRequired(target: string): SafetyError {
  return new SafetyError(
    'RESTORE_POINT_REQUIRED',
    `the configuration of ${target} does not say that it may be replaced without a restore point`,
    { next: `Leave the option out, or set "restorePoint": "none" on the environment ${target}.` },
  );
}
