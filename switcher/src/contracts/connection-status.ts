/** `read-only` is a pool whose role and sessions can only SELECT; it serves safe requests while their own database is down. */
export type Access = 'read-write' | 'read-only';

/** What is known of an environment's database without asking it now. */
export interface ConnectionStatus<Name extends string = string> {
  readonly environment: Name;
  readonly isConnected: boolean;
  /** Connected, of the right identity, and its circuit breaker closed. */
  readonly isHealthy: boolean;
  /** Host, port, database, role and pool sizes; never a password. */
  readonly connectionParams: ConnectionParams;
  readonly breaker: 'closed' | 'open' | 'half-open';
  /** Milliseconds the last check took; undefined before the first. */
  readonly latencyMs: number | undefined;
  readonly lastError: ConnectionProblem | undefined;
  readonly lastChecked: Date | undefined;
  readonly schema: SchemaStatus;
}

export interface ConnectionParams {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly pool: { readonly total: number; readonly idle: number; readonly waiting: number; readonly max: number };
}

/** Why a database is not used. `exhausted`: every connection of the pool is taken; the database itself may be well. */
export interface ConnectionProblem {
  readonly kind: 'unavailable' | 'timeout' | 'authentication' | 'identity' | 'exhausted' | 'configuration';
  /** Fit for a log: names the environment, never a credential. */
  readonly message: string;
  /** SQLSTATE or Node's code. */
  readonly code: string | undefined;
}

/** How an environment's catalog differs from the default environment's. */
export type SchemaStatus =
  | { readonly status: 'unknown' }
  | { readonly status: 'equal' }
  | { readonly status: 'different'; readonly missing: readonly string[]; readonly additional: readonly string[] };
