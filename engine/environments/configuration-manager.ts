import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetyError } from '../../contracts/errors.js';
import type { ValidationResult } from '../../contracts/validation.js';
import { readConfigBackup, writeConfigBackup } from './config-backup.js';
import type { Configuration } from './configuration.js';
import type { EnvironmentConfig } from './environment-variables.js';
import { readIfThere, writePrivateFile } from './private-file.js';
import { validateVariables } from './validate-variables.js';

/** The file that the application reads its environment from. */
const ACTIVE_FILE = '.env';
const CURRENT_FILE = '.envclone/current.json';

export interface SwitchOptions {
  /** Without it an application cannot be switched to production by a slip. Default `false`. */
  allowProduction?: boolean;
}

/** Says which environment the application in a directory uses, and changes it. */
export interface ConfigurationManager {
  /** Makes `.env` the environment's file. What `.env` held before is backed up. @throws ConfigurationError, SafetyError `TARGET_IS_PRODUCTION` */
  switchEnvironment(targetEnv: string, options?: SwitchOptions): Promise<void>;
  /** The environment that `.env` was last switched to. */
  currentEnvironment(): Promise<string | undefined>;
  validateConfiguration(
    config: Partial<Record<keyof EnvironmentConfig | 'DATABASE_URL', unknown>>,
  ): Promise<ValidationResult>;
  /** Keeps `.env` as it is, and returns an id for `restoreConfig`. */
  backupCurrentConfig(): Promise<string>;
  /** @throws ConfigurationError when there is no backup of that id */
  restoreConfig(backupId: string): Promise<void>;
}

export function createConfigurationManager(configuration: Configuration): ConfigurationManager {
  const { directory } = configuration;
  const active = join(directory, ACTIVE_FILE);
  const current = join(directory, CURRENT_FILE);

  async function currentEnvironment(): Promise<string | undefined> {
    const text = await readIfThere(current);
    return text === undefined ? undefined : (JSON.parse(text) as { environment?: string }).environment;
  }

  async function backupCurrentConfig(): Promise<string> {
    return writeConfigBackup(directory, {
      content: await readIfThere(active),
      environment: await currentEnvironment(),
    });
  }

  async function activate(content: string | undefined, environment: string | undefined): Promise<void> {
    if (content === undefined) await rm(active, { force: true });
    else await writePrivateFile(active, content);
    await writePrivateFile(current, `${JSON.stringify({ environment, switchedAt: new Date().toISOString() })}\n`);
  }

  return {
    currentEnvironment,
    backupCurrentConfig,
    async switchEnvironment(targetEnv, { allowProduction = false } = {}) {
      configuration.require([targetEnv]);
      const { type, envFile } = configuration.environment(targetEnv);
      if (type === 'production' && !allowProduction) {
        throw new SafetyError('TARGET_IS_PRODUCTION', `the application was not switched: ${targetEnv} is production`, {
          next: 'Allow it explicitly when the application shall really work on production.',
        });
      }
      const content = await readIfThere(join(directory, envFile));
      const before = await readIfThere(active);
      if (before !== undefined && before !== content) await backupCurrentConfig();
      await activate(content ?? '', targetEnv);
    },
    async restoreConfig(backupId) {
      const { content, environment } = await readConfigBackup(directory, backupId);
      await activate(content, environment);
    },
    async validateConfiguration(config) {
      return validateVariables(config);
    },
  };
}
