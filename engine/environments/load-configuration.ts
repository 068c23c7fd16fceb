import { resolve } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_TASK_QUEUE } from '../../contracts/workflows.js';
import { readArtifactSettings } from './artifact-settings.js';
import { readConfigFile } from './config-file.js';
import { type ConfigSections, configSections } from './config-schema.js';
import { type Configuration, createConfiguration, type TemporalSettings } from './configuration.js';
import type { LogLevel } from './define-config.js';
import { LOG_LEVELS } from './define-config.js';
import { LOCAL_FILE, readEnvFile } from './env-file.js';
import { readEnvironments } from './environment-settings.js';
import { type Mistake, mistakesOf } from './mistakes.js';
import type { RestorePointSettings } from './seal-keys.js';
import { Secret } from './secret.js';
import { DEFAULT_SYSTEMS } from './systems.js';

export interface LoadConfigurationInput {
  /** Where `envclone.config` and the `.env` files are. */
  directory: string;
  /** The process environment; `ENVCLONE_*` and `TEMPORAL_*` of it win over every file. Default `process.env`. */
  variables?: NodeJS.ProcessEnv;
}

/**
 * Reads the configuration of a directory. Mistakes are kept, not thrown, so that `require(names)` can tell all of those
 * that matter to a run at once; whoever uses an environment calls it first.
 * @throws ConfigurationError when there is no configuration file, or it cannot be read at all
 */
export async function loadConfiguration(input: LoadConfigurationInput): Promise<Configuration> {
  const { variables = process.env } = input;
  const directory = resolve(input.directory);
  const { file, content } = await readConfigFile(directory);
  const { environments: entries, ...rest } = isObject(content) ? content : {};
  const mistakes: Mistake[] = isObject(content) ? [] : [{ file, key: '', what: 'must export an object' }];

  const sections = readSections(rest, file, mistakes);
  const environments = await readEnvironments({ directory, file, entries, mistakes });
  return createConfiguration({
    data: {
      directory,
      file,
      environments: environments.settings,
      systems: { ...DEFAULT_SYSTEMS, ...sections.systems },
      generators: sections.generators,
      testSuites: sections.testSuites,
      neutralize: sections.neutralize,
      rulesFile: resolve(directory, sections.rulesFile),
      artifacts: readArtifactSettings({
        artifacts: sections.artifacts,
        directory: resolve(directory, variables.ENVCLONE_ARTIFACTS_DIRECTORY || sections.artifactsDirectory),
        variables,
        local: (await readEnvFile(directory, LOCAL_FILE)) ?? new Map(),
        mistakes,
      }),
      restorePoints: restorePointSettings(sections, directory),
      alerts: alertSettings(sections, variables),
      operations: operationSettings(sections),
      temporal: temporalSettings(sections, variables),
      logLevel: logLevel(sections, variables, mistakes),
    },
    mistakes,
    mistakesByEnvironment: environments.mistakesByEnvironment,
    declared: environments.declared,
    processVariables: variables,
  });
}

/** Every section that can be read; those with mistakes get their defaults. */
function readSections(given: Record<string, unknown>, file: string, mistakes: Mistake[]): ConfigSections {
  for (const key of Object.keys(given)) {
    if (!(key in configSections)) mistakes.push({ file, key, what: 'is not a known key' });
  }
  const read = <Section extends z.ZodType>(key: string, schema: Section): z.infer<Section> => {
    const checked = schema.safeParse(given[key]);
    if (checked.success) return checked.data;
    mistakes.push(...mistakesOf(checked.error, file, [key]));
    return schema.parse(undefined);
  };
  return Object.fromEntries(
    Object.entries(configSections).map(([key, schema]) => [key, read(key, schema)]),
  ) as ConfigSections;
}

function restorePointSettings({ restorePoints }: ConfigSections, directory: string): RestorePointSettings {
  const { encryption, recipients, identityFile, keep, days, databases, maxSize } = restorePoints;
  return {
    encryption,
    recipients,
    identityFile: resolve(directory, identityFile),
    retention: {
      databases,
      ...(keep !== undefined && { keep }),
      ...(days !== undefined && { days }),
      ...(maxSize !== undefined && { maxSizeBytes: maxSize }),
    },
  };
}

function alertSettings({ alerts }: ConfigSections, variables: NodeJS.ProcessEnv): { webhook?: Secret } {
  const webhook = variables.ENVCLONE_ALERT_WEBHOOK || alerts.webhook; // chat services put a token into the URL
  return webhook ? { webhook: new Secret(webhook) } : {};
}

function operationSettings({ operations: { onTrouble, waitHours } }: ConfigSections): Configuration['operations'] {
  return { waitHours, ...(onTrouble && { onTrouble }) };
}

function temporalSettings({ temporal }: ConfigSections, variables: NodeJS.ProcessEnv): TemporalSettings {
  const address = variables.TEMPORAL_ADDRESS || temporal.address;
  const apiKey = variables.TEMPORAL_API_KEY;
  return {
    ...(address && { address }),
    namespace: variables.TEMPORAL_NAMESPACE || (temporal.namespace ?? 'default'),
    taskQueue: variables.TEMPORAL_TASK_QUEUE || (temporal.taskQueue ?? DEFAULT_TASK_QUEUE),
    ...(apiKey && { apiKey: new Secret(apiKey) }),
    tls: temporal.tls ?? Boolean(apiKey),
  };
}

function logLevel({ logLevel }: ConfigSections, variables: NodeJS.ProcessEnv, mistakes: Mistake[]): LogLevel {
  const wanted = variables.ENVCLONE_LOG_LEVEL;
  if (!wanted) return logLevel;
  const level = LOG_LEVELS.find((known) => known === wanted);
  if (!level) {
    mistakes.push({
      file: 'process environment',
      key: 'ENVCLONE_LOG_LEVEL',
      what: `must be one of ${LOG_LEVELS.join(', ')}`,
    });
  }
  return level ?? logLevel;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
