import type { EnvironmentType, RestoreStrategy, SourceLimits } from '../../contracts/environments.js';
import { ConfigurationError } from '../../contracts/errors.js';
import type { OnTrouble } from '../../contracts/recovery.js';
import type { ArtifactSettings } from './artifact-settings.js';
import type { ConfiguredTestSuite } from './config-schema.js';
import type { CustomGenerator, LogLevel } from './define-config.js';
import type { EnvironmentVariables } from './environment-variables.js';
import { readMaskKey } from './mask-key.js';
import { describeMistake, type Mistake, mistakesError } from './mistakes.js';
import type { RestorePointSettings } from './seal-keys.js';
import type { Secret } from './secret.js';

export interface EnvironmentSettings {
  name: string;
  type: EnvironmentType;
  /** Relative to the configuration's directory. */
  envFile: string;
  /** Where it is read, and where it is written unless it is production. Empty when the environment has mistakes: call `require` first. */
  databaseUrl: Secret;
  /** Of production that is read from a standby: the database itself, which need not answer. */
  primaryUrl?: Secret;
  variables: EnvironmentVariables;
  allowRawData: boolean;
  limits?: SourceLimits;
  /** Default `auto`. */
  restorePoint?: RestoreStrategy;
  description?: string;
}

export interface TemporalSettings {
  /** Absent: envclone starts its own server. */
  address?: string;
  namespace: string;
  taskQueue: string;
  apiKey?: Secret;
  tls: boolean;
}

/** What configuration file and `.env` files of one directory say. */
export interface ConfigurationData {
  directory: string;
  /** Name of the configuration file. */
  file: string;
  environments: ReadonlyMap<string, EnvironmentSettings>;
  /** Patterns of `schema.table` by system. */
  systems: Record<string, string[]>;
  generators: Record<string, CustomGenerator>;
  testSuites: ConfiguredTestSuite[];
  neutralize: { keep: string[] };
  /** Absolute. */
  rulesFile: string;
  artifacts: ArtifactSettings;
  restorePoints: RestorePointSettings;
  alerts: { webhook?: Secret };
  operations: { onTrouble?: OnTrouble; waitHours: number };
  temporal: TemporalSettings;
  logLevel: LogLevel;
}

export interface Configuration extends ConfigurationData {
  /** Of the configuration file itself, which concern every environment. */
  mistakes: readonly Mistake[];
  /** Of one environment: its `.env` file is missing, a key of it is malformed. */
  mistakesOf(environment: string): readonly Mistake[];
  /** @throws ConfigurationError `UNKNOWN_ENVIRONMENT` with the names there are */
  environment(name: string): EnvironmentSettings;
  /** @throws ConfigurationError with every mistake of the configuration and of these environments at once */
  require(names: readonly string[]): void;
  /** At least 32 bytes. @throws ConfigurationError `MASK_KEY_MISSING` */
  maskKey(target: string): Uint8Array;
}

export interface ConfigurationParts {
  data: ConfigurationData;
  mistakes: readonly Mistake[];
  mistakesByEnvironment: ReadonlyMap<string, readonly Mistake[]>;
  /** Names that the file has, broken entries included. */
  declared: readonly string[];
  processVariables: NodeJS.ProcessEnv;
}

export function createConfiguration(parts: ConfigurationParts): Configuration {
  const { data, mistakes, mistakesByEnvironment, declared, processVariables } = parts;
  const unknownEnvironment = (name: string): Mistake => ({
    file: data.file,
    key: `environments.${name}`,
    what: `no environment has this name; there ${declared.length === 1 ? 'is' : 'are'}: ${declared.join(', ') || 'none'}`,
  });

  function environment(name: string): EnvironmentSettings {
    const settings = data.environments.get(name);
    if (!settings) throw unknownError([unknownEnvironment(name)]);
    return settings;
  }

  return {
    ...data,
    mistakes,
    mistakesOf: (name) => mistakesByEnvironment.get(name) ?? [],
    environment,
    require(names) {
      const unique = [...new Set(names)];
      const unknown = unique.filter((name) => !declared.includes(name)).map(unknownEnvironment);
      const others = [...mistakes, ...unique.flatMap((name) => mistakesByEnvironment.get(name) ?? [])];
      if (others.length > 0) throw mistakesError([...unknown, ...others]);
      if (unknown.length > 0) throw unknownError(unknown);
    },
    maskKey(target) {
      return readMaskKey(environment(target), processVariables);
    },
  };
}

function unknownError(mistakes: readonly Mistake[]): ConfigurationError {
  return new ConfigurationError('UNKNOWN_ENVIRONMENT', mistakes.map(describeMistake).join('\n'), {
    details: { mistakes: mistakes.map((mistake) => ({ ...mistake })) },
  });
}
