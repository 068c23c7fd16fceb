import { isSourceSchema } from '../activities/unit-artifacts.js';
import type { ArtifactRef } from '../contracts/artifacts.js';
import type { S3Settings } from '../engine/artifacts/s3-client.js';
import { openS3Store } from '../engine/artifacts/s3-store.js';
import { sealArtifacts } from '../engine/artifacts/sealed-store.js';
import { type ArtifactStore, openDirectoryStore } from '../engine/artifacts/store.js';
import { isSealedPart } from '../engine/backup/restore-point.js';
import type { ArtifactSettings, S3ArtifactSettings } from '../engine/environments/artifact-settings.js';
import type { Configuration } from '../engine/environments/configuration.js';
import { readSealKeys } from '../engine/environments/seal-keys.js';

/** Opens the store of a configuration. As long as its settings stay, so do its connections. */
export function createArtifactsOpener(): (configuration: Configuration) => ArtifactStore {
  let opened: { settings: string; store: ArtifactStore } | undefined;
  return ({ artifacts, restorePoints }) => {
    const settings = fingerprintOf(artifacts);
    if (opened?.settings !== settings) opened = { settings, store: openStore(artifacts) };
    const { store } = opened;
    if (restorePoints.encryption === 'none') return store;
    const seal = { ...restorePoints, isShared: artifacts.store === 's3' };
    return sealArtifacts({ store, isSealed, keys: (use) => readSealKeys(seal, use) });
  };
}

/** Restore points hold rows, schemas passwords of user mappings and tokens in functions: what is left open has names and counts. */
function isSealed(ref: ArtifactRef): boolean {
  return isSealedPart(ref) || isSourceSchema(ref);
}

function openStore(settings: ArtifactSettings): ArtifactStore {
  return settings.store === 's3' ? openS3Store(revealed(settings)) : openDirectoryStore(settings.directory);
}

function fingerprintOf(settings: ArtifactSettings): string {
  return JSON.stringify(settings.store === 's3' ? revealed(settings) : settings);
}

function revealed({ store: _, credentials, ...settings }: S3ArtifactSettings): S3Settings {
  if (!credentials) return settings;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    ...settings,
    credentials: {
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken && { sessionToken: sessionToken.reveal() }),
    },
  };
}
