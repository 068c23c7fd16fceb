import type { ConfigSections } from './config-schema.js';
import { LOCAL_FILE } from './env-file.js';
import type { Mistake } from './mistakes.js';
import { Secret } from './secret.js';

/** Where artifacts are kept. */
export type ArtifactSettings =
  /** Absolute. */
  { store: 'directory'; directory: string } | S3ArtifactSettings;

export interface S3ArtifactSettings {
  store: 's3';
  bucket: string;
  /** Without slashes at its ends. */
  prefix: string;
  endpoint?: string;
  region: string;
  isPathStyle: boolean;
  /** Absent: AWS's own places are looked at. */
  credentials?: { accessKeyId: string; secretAccessKey: Secret; sessionToken?: Secret };
}

interface ReadArtifactSettingsInput {
  artifacts: ConfigSections['artifacts'];
  /** Absolute. */
  directory: string;
  variables: NodeJS.ProcessEnv;
  /** Of `.env.local`; the process's win over them. */
  local: ReadonlyMap<string, string>;
  mistakes: Mistake[];
}

/** The store that the configuration names, with the keys of the environment. */
export function readArtifactSettings(input: ReadArtifactSettingsInput): ArtifactSettings {
  const { artifacts, directory } = input;
  if (artifacts.store === 'directory') return { store: 'directory', directory };
  const { bucket, prefix, endpoint, region = AMAZON_DEFAULT, pathStyle = endpoint !== undefined } = artifacts;
  const credentials = readCredentials(input);
  return {
    store: 's3',
    bucket,
    prefix: prefix.replace(/^\/+|\/+$/g, ''),
    region,
    isPathStyle: pathStyle,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  };
}

const AMAZON_DEFAULT = 'us-east-1';

export const S3_VARIABLES = {
  accessKeyId: 'ENVCLONE_S3_ACCESS_KEY_ID',
  secretAccessKey: 'ENVCLONE_S3_SECRET_ACCESS_KEY',
  sessionToken: 'ENVCLONE_S3_SESSION_TOKEN',
} as const;

function readCredentials({
  variables,
  local,
  mistakes,
}: ReadArtifactSettingsInput): S3ArtifactSettings['credentials'] | undefined {
  const read = (name: string) => variables[name] || local.get(name) || undefined;
  const accessKeyId = read(S3_VARIABLES.accessKeyId);
  const secretAccessKey = read(S3_VARIABLES.secretAccessKey);
  const sessionToken = read(S3_VARIABLES.sessionToken);
  if (accessKeyId && secretAccessKey) {
    return {
      accessKeyId,
      secretAccessKey: new Secret(secretAccessKey),
      ...(sessionToken && { sessionToken: new Secret(sessionToken) }),
    };
  }
  if (accessKeyId || secretAccessKey) {
    const key = accessKeyId ? S3_VARIABLES.secretAccessKey : S3_VARIABLES.accessKeyId;
    mistakes.push({ file: LOCAL_FILE, key, what: 'is missing: the other half of the key is there' });
  }
  return undefined;
}
