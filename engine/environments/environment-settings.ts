import { ENVIRONMENT_NAME, type EnvironmentEntry, environmentSchema } from './config-schema.js';
import type { EnvironmentSettings } from './configuration.js';
import { LOCAL_FILE, readEnvFile, variablePrefix, withLocalOverrides } from './env-file.js';
import { checkVariables, EnvironmentVariables, REPLICA_URL } from './environment-variables.js';
import { type Mistake, mistakesOf } from './mistakes.js';
import { Secret } from './secret.js';

interface ReadEnvironmentsInput {
  directory: string;
  /** The configuration file's name. */
  file: string;
  /** Its `environments`, unchecked. */
  entries: unknown;
  /** Receives the mistakes of the configuration file. */
  mistakes: Mistake[];
}

interface ReadEnvironments {
  settings: Map<string, EnvironmentSettings>;
  mistakesByEnvironment: Map<string, Mistake[]>;
  declared: string[];
}

/** Every environment with its `.env` file. What is wrong with a file concerns its environment alone. */
export async function readEnvironments(input: ReadEnvironmentsInput): Promise<ReadEnvironments> {
  const { directory, file, mistakes } = input;
  const entries = checkEntries(input);
  const local = (await readEnvFile(directory, LOCAL_FILE)) ?? new Map<string, string>();
  const settings = new Map<string, EnvironmentSettings>();
  const mistakesByEnvironment = new Map<string, Mistake[]>();
  for (const [name, { type, description, allowRawData, limits, restorePoint, envFile = `.env.${name}` }] of entries) {
    const ofFile = await readEnvFile(directory, envFile);
    const variables = withLocalOverrides(ofFile ?? new Map(), local, name);
    const checked = checkVariables(variables, envFile);
    const missing = { file: envFile, key: '', what: `is missing: the .env file of environment ${name}` };
    const isFileNeeded = !ofFile && !variables.has('DATABASE_URL');
    const replicaUrl = variables.get(REPLICA_URL);
    const found = isFileNeeded
      ? [missing]
      : [
          ...checked.mistakes,
          ...sourceMistake(checked.config, entries, envFile),
          ...(replicaUrl && type !== 'production' ? [replicaMistake(envFile)] : []),
        ];
    if (found.length > 0) mistakesByEnvironment.set(name, found);
    settings.set(name, {
      name,
      type,
      envFile,
      databaseUrl: new Secret(found.length > 0 ? '' : replicaUrl || (variables.get('DATABASE_URL') ?? '')),
      ...(replicaUrl && { primaryUrl: new Secret(variables.get('DATABASE_URL') ?? '') }),
      variables: new EnvironmentVariables(variables, checked.config),
      allowRawData,
      ...(description !== undefined && { description }),
      ...(limits && { limits }),
      ...(restorePoint && { restorePoint }),
    });
  }
  mistakes.push(...sharedNames(entries, file));
  return { settings, mistakesByEnvironment, declared: Object.keys(isRecord(input.entries) ? input.entries : {}) };
}

/** The entries without mistakes. */
function checkEntries({ entries, file, mistakes }: ReadEnvironmentsInput): Map<string, EnvironmentEntry> {
  const checked = new Map<string, EnvironmentEntry>();
  if (!isRecord(entries) || Object.keys(entries).length === 0) {
    mistakes.push({
      file,
      key: 'environments',
      what: 'must name at least one environment: { "test": { "type": "test" } }',
    });
    return checked;
  }
  for (const [name, entry] of Object.entries(entries)) {
    const at = ['environments', name];
    if (!ENVIRONMENT_NAME.test(name)) {
      const what = 'is no name for an environment: a letter, then up to 39 letters, digits, - or _';
      mistakes.push({ file, key: at.join('.'), what });
    }
    const parsed = environmentSchema.safeParse(entry);
    if (parsed.success) checked.set(name, parsed.data);
    else mistakes.push(...mistakesOf(parsed.error, file, at));
  }
  return checked;
}

function sourceMistake(
  { CLONE_SOURCE_ENV: source }: EnvironmentVariables['config'],
  entries: ReadonlyMap<string, unknown>,
  file: string,
): Mistake[] {
  if (source === undefined || entries.has(source)) return [];
  return [
    { file, key: 'CLONE_SOURCE_ENV', what: `names no environment; there are: ${[...entries.keys()].join(', ')}` },
  ];
}

/** What is rebuilt is read as well, right afterwards: a standby would still hold what was there before. */
function replicaMistake(file: string): Mistake {
  return { file, key: REPLICA_URL, what: 'is for environments of type production, which are only ever read' };
}

/** Two environments must not share a file, nor the prefix of their overrides. */
function sharedNames(entries: ReadonlyMap<string, EnvironmentEntry>, file: string): Mistake[] {
  const found: Mistake[] = [];
  const ownerByFile = new Map<string, string>();
  const ownerByPrefix = new Map<string, string>();
  for (const [name, { envFile = `.env.${name}` }] of entries) {
    const ownerOfFile = ownerByFile.get(envFile);
    const ownerOfPrefix = ownerByPrefix.get(variablePrefix(name));
    if (ownerOfFile) {
      found.push({
        file,
        key: `environments.${name}.envFile`,
        what: `${envFile} is the file of ${ownerOfFile} already`,
      });
    } else if (ownerOfPrefix) {
      found.push({ file, key: `environments.${name}`, what: `the name is too close to ${ownerOfPrefix}` });
    }
    ownerByFile.set(envFile, name);
    ownerByPrefix.set(variablePrefix(name), name);
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
