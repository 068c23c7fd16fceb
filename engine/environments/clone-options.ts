import type { CloneOptions } from '../../contracts/clone.js';
import type { Configuration } from './configuration.js';
import { parseCloneOptions } from './parse-input.js';

export interface CloneOptionsInput {
  configuration: Configuration;
  target: string;
  /** As they came in; unchecked. */
  options?: unknown;
}

/** Every option decided: what was asked, else what the target's `.env` file says, else `true`. @throws ConfigurationError naming every unknown or mistyped option */
export function cloneOptionsFrom({ configuration, target, options = {} }: CloneOptionsInput): CloneOptions {
  const asked = parseCloneOptions(options);
  const { config } = configuration.environment(target).variables;
  return {
    anonymizeData: asked.anonymizeData ?? config.ANONYMIZE_DATA ?? true,
    includeAuditLogs: asked.includeAuditLogs ?? config.INCLUDE_AUDIT_LOGS ?? true,
    includeConversations: asked.includeConversations ?? true,
    includeReservations: asked.includeReservations ?? true,
    preserveUserRoles: asked.preserveUserRoles ?? config.PRESERVE_USER_ROLES ?? true,
    ...(asked.verify && { verify: asked.verify }),
    ...(asked.customAnonymizationRules && { customAnonymizationRules: asked.customAnonymizationRules }),
  };
}
