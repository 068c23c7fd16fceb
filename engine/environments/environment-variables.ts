import { inspect } from 'node:util';
import { z } from 'zod';
import { databaseUrlProblem } from './database-url.js';
import { type Mistake, mistakesOf } from './mistakes.js';

/** The keys of an `.env` file that envclone knows. The application's own keys may stand beside them. */
export interface EnvironmentConfig {
  NEXT_PUBLIC_SUPABASE_URL?: string;
  NEXT_PUBLIC_SUPABASE_ANON_KEY?: string;
  SUPABASE_SERVICE_ROLE_KEY?: string;
  NEXT_PUBLIC_APP_URL?: string;
  NODE_ENV?: 'production' | 'test' | 'development';
  /** The environment that this one is cloned from when nobody says otherwise. */
  CLONE_SOURCE_ENV?: string;
  ANONYMIZE_DATA?: boolean;
  INCLUDE_AUDIT_LOGS?: boolean;
  PRESERVE_USER_ROLES?: boolean;
}

/** The variables of one environment. Prints as a count: service keys and passwords are among them. */
export class EnvironmentVariables {
  readonly config: EnvironmentConfig;
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>, config: EnvironmentConfig) {
    this.#values = values;
    this.config = config;
    Object.defineProperty(this, 'config', { enumerable: false });
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  toJSON(): string {
    return `[${this.#values.size} variables]`;
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}

/** Checks the keys that are known; says what is wrong without the value. */
export function checkVariables(
  values: ReadonlyMap<string, string>,
  file: string,
): { config: EnvironmentConfig; mistakes: Mistake[] } {
  const given = Object.fromEntries([...values].filter(([, value]) => value !== ''));
  const checked = variablesSchema.safeParse(given);
  if (!checked.success) return { config: {}, mistakes: mistakesOf(checked.error, file) };
  const { DATABASE_URL: _, [REPLICA_URL]: __, ...config } = checked.data;
  return { config: config as EnvironmentConfig, mistakes: [] };
}

/** A hot standby of production, which everything is then read from. */
export const REPLICA_URL = 'DATABASE_REPLICA_URL';

const databaseUrl = z.string({ error: 'is missing' }).superRefine((url, context) => {
  const problem = databaseUrlProblem(url);
  if (problem) context.addIssue({ code: 'custom', message: problem });
});

const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional();

const flag = z
  .string()
  .transform((value, context) => {
    if (/^(true|1|yes|on)$/i.test(value)) return true;
    if (/^(false|0|no|off)$/i.test(value)) return false;
    context.addIssue({ code: 'custom', message: 'must be true or false' });
    return z.NEVER;
  })
  .optional();

const variablesSchema = z.object({
  DATABASE_URL: databaseUrl,
  [REPLICA_URL]: databaseUrl.optional(),
  NEXT_PUBLIC_SUPABASE_URL: webUrl,
  NEXT_PUBLIC_SUPABASE_ANON_KEY: z.string().optional(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  NEXT_PUBLIC_APP_URL: webUrl,
  NODE_ENV: z
    .enum(['production', 'test', 'development'], { error: 'must be production, test or development' })
    .optional(),
  CLONE_SOURCE_ENV: z.string().optional(),
  ANONYMIZE_DATA: flag,
  INCLUDE_AUDIT_LOGS: flag,
  PRESERVE_USER_ROLES: flag,
});
