import type { ErrorCode } from './error-codes.js';

export interface ValidationError {
  code: ErrorCode;
  /** What is wrong: names and counts, never a row's value. */
  message: string;
  /** `schema.table`, or the object's kind and name. */
  object?: string;
}

export interface ValidationWarning {
  message: string;
  object?: string;
}

export interface EnvironmentStatistics {
  tables: number;
  records: number;
  functions: number;
  triggers: number;
  policies: number;
  indexes: number;
  sizeBytes: number;
}

/** How thoroughly both sides of a copy are asked again. */
export type CopyProof = 'counts' | 'checksums';

/** What was compared between the copy's snapshot of the source and the target, table by table. */
export interface CopyVerification {
  proof: CopyProof;
  tables: number;
  /** Of the snapshot. */
  rows: number;
  /** Whose values were compared: those that no rule masks. */
  columns: number;
}

export interface ValidationResult {
  isValid: boolean;
  errors: ValidationError[];
  warnings: ValidationWarning[];
  statistics: EnvironmentStatistics;
  /** When the clone was asked for it. */
  verification?: CopyVerification;
  health?: HealthReport;
  tests?: TestResult[];
}

export type HealthState = 'healthy' | 'degraded' | 'unhealthy';

export interface HealthCheck {
  name: string;
  state: HealthState;
  message: string;
  durationMs: number;
}

export interface HealthReport {
  environment: string;
  state: HealthState;
  checks: HealthCheck[];
  checkedAt: string;
}

export type TestType = 'connectivity' | 'functionality' | 'data_integrity' | 'performance';

export interface TestResult {
  suite: string;
  name: string;
  type: TestType;
  status: 'passed' | 'failed' | 'timed_out';
  attempts: number;
  durationMs: number;
  message?: string;
}
