import type { EnvironmentType, RestoreStrategy, SourceLimits } from '../../contracts/environments.js';
import type { OnTrouble } from '../../contracts/recovery.js';
import type { TestContext } from '../../contracts/test-suites.js';
import type { TestType } from '../../contracts/validation.js';

/** The configuration of `envclone.config.ts`, typed. Returns what it is given. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/** What `envclone.config.{ts,mts,js,mjs,cjs,json}` holds. Everything but `environments` has a default. */
export interface ConfigInput {
  /** By name: letters, digits, `-` and `_`. */
  environments: Record<string, EnvironmentInput>;
  /** Named groups of tables, as patterns of `schema.table` with `*`. Those given replace the defaults of that name. */
  systems?: Record<string, string[]>;
  /** What rules of type `custom` call, by name. */
  generators?: Record<string, CustomGenerator>;
  /** What `envclone validate` and every clone prove in the target. */
  testSuites?: TestSuiteInput[];
  neutralize?: {
    /** Objects that keep their outbound effects: `schema.table.trigger`, `server`, … as the plan names them. */
    keep?: string[];
  };
  /** Default `envclone.rules.json`. */
  rulesFile?: string;
  /** Where plans, restore points and reports are kept. Default `.envclone/artifacts`. */
  artifactsDirectory?: string;
  /** Keeps them in a bucket instead. Keys of it are in the environment or in `.env.local`, never here. */
  artifacts?: { store: 'directory' } | S3ArtifactsInput;
  restorePoints?: {
    /** Default `age`: encrypted for the key of `identityFile`, and for `recipients`. */
    encryption?: 'age' | 'none';
    /** Public keys of age (`age1…`) that can open them too. */
    recipients?: string[];
    /** Default `.envclone/restore-points.key`; made when there is none. */
    identityFile?: string;
    /** How many an environment keeps; the newest sound one stays whatever the limits say. Default: all. */
    keep?: number;
    /** How many days it keeps them. Default: for ever. */
    days?: number;
    /** How many of them may be databases on the environment's server, which clones that are swapped in leave. Default 2. */
    databases?: number;
    /** How large they may be together, by environment: `20 GB`. Default: no limit. */
    maxSize?: string;
  };
  alerts?: {
    /** Receives a JSON document by POST when production is read, when a safety rule refuses, and when an operation waits for a person. */
    webhook?: string;
  };
  operations?: {
    /** What an operation does where a person is needed. Default `wait`; the command line sends `rollback` where nobody is at a terminal. */
    onTrouble?: OnTrouble;
    /** How long it waits. Then a stage is rolled back, and an undo ends where it is. Default 24. */
    waitHours?: number;
  };
  temporal?: {
    /** `host:port`; without one, envclone starts its own server. */
    address?: string;
    /** Default `default`. */
    namespace?: string;
    /** Default `envclone`. */
    taskQueue?: string;
    /** Default: `true` when there is an API key. */
    tls?: boolean;
  };
  /** Default `info`. */
  logLevel?: LogLevel;
}

/** Amazon S3, Cloudflare R2, MinIO, Supabase Storage, … */
export interface S3ArtifactsInput {
  store: 's3';
  bucket: string;
  /** What every key begins with: `acme/lofts`. One for each project and its set of databases: restore points are told apart by their environment alone. */
  prefix: string;
  /** `https://…` of a service that is not Amazon's. */
  endpoint?: string;
  /** Default `us-east-1`; R2's is `auto`. */
  region?: string;
  /** Keys as `endpoint/bucket/key` instead of `bucket.endpoint/key`. Default: `true` when there is an endpoint. */
  pathStyle?: boolean;
}

export interface EnvironmentInput {
  type: EnvironmentType;
  /** Default `.env.<name>`. */
  envFile?: string;
  description?: string;
  /** This environment may receive unmasked production data. Default `false`. */
  allowRawData?: boolean;
  /** What cloning from this environment may cost it. Default: no limit. */
  limits?: SourceLimits;
  /** What clones of this environment can be undone with. Default `auto`. */
  restorePoint?: RestoreStrategy;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Replaces one value. `context` is what the anonymizer passes (a seeded faker among it). */
export type CustomGenerator = Generating['generate'];

// Method syntax: a generator may declare a more precise context than `unknown`.
interface Generating {
  generate(originalValue: string, context: unknown): string | null;
}

export interface TestSuiteInput {
  name: string;
  runInParallel?: boolean;
  tests: TestInput[];
}

export interface TestInput {
  name: string;
  type: TestType;
  /** Resolves when the environment passes. */
  execute(context: TestContext): Promise<void>;
  /** Milliseconds. */
  timeout?: number;
  retries?: number;
}
