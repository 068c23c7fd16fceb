/** What was known of a request when it was let in or refused. */
export interface SecurityContext {
  /** IPv4-mapped IPv6 unwrapped; behind trusted proxies, the client's. */
  readonly clientIp: string;
  readonly allowedIps: readonly string[];
  readonly isProduction: boolean;
  readonly userRoles: readonly string[];
  /** Requests of this client in the window. */
  readonly requestCount: number;
  readonly windowStart: Date;
}

/** `unchecked`: whoever knows the roles or counts the requests did not answer. */
export type ViolationReason = 'closed' | 'ip' | 'role' | 'rate' | 'unchecked' | 'cookie' | 'cross-site';

/** One record of the audit sink. */
export interface SecurityViolation {
  readonly at: Date;
  readonly reason: ViolationReason;
  readonly environment: string | undefined;
  readonly clientIp: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
}
