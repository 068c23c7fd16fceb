import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createDirectory } from './directory.js';

const S3 = { store: 's3', bucket: 'envclone-artifacts', prefix: 'lofts' };

async function load(artifacts: unknown, variables: NodeJS.ProcessEnv = {}, local = '') {
  await using directory = await createDirectory({
    'envclone.config.json': { environments: { test: { type: 'test' } }, ...(artifacts ? { artifacts } : {}) },
    '.env.local': local,
  });
  const configuration = await loadConfiguration({ directory: directory.path, variables });
  return { ...configuration, directory: directory.path };
}

test('without a word of it, artifacts are in a directory', async () => {
  const { artifacts, directory } = await load(undefined);
  expect(artifacts).toEqual({ store: 'directory', directory: `${directory}/.envclone/artifacts` });
});

test('a bucket of Amazon needs its name and a prefix of its own, one of another service its endpoint too', async () => {
  expect((await load(S3)).artifacts).toEqual({
    ...S3,
    region: 'us-east-1',
    isPathStyle: false,
  });
  const r2 = { ...S3, endpoint: 'https://account.r2.example.com', region: 'auto', prefix: '/a/b/' };
  expect((await load(r2)).artifacts).toEqual({ ...r2, prefix: 'a/b', isPathStyle: true });
});

test('keys come from the process environment, else from .env.local, and are not printed', async () => {
  const local = 'ENVCLONE_S3_ACCESS_KEY_ID=of-file\nENVCLONE_S3_SECRET_ACCESS_KEY=sesame-of-file\n';
  const keysOf = ({ artifacts }: Awaited<ReturnType<typeof load>>) =>
    artifacts.store === 's3'
      ? [artifacts.credentials?.accessKeyId, artifacts.credentials?.secretAccessKey.reveal()]
      : [];
  const ofFile = await load(S3, {}, local);
  expect(keysOf(ofFile)).toEqual(['of-file', 'sesame-of-file']);
  expect(inspect(ofFile.artifacts, { depth: 9 }) + JSON.stringify(ofFile.artifacts)).not.toContain('sesame');
  const variables = { ENVCLONE_S3_ACCESS_KEY_ID: 'of-process', ENVCLONE_S3_SECRET_ACCESS_KEY: 'sesame-of-process' };
  expect(keysOf(await load(S3, variables, local))).toEqual(['of-process', 'sesame-of-process']);
});

test.each([
  [{ ...S3, bucket: undefined }, {}, 'artifacts.bucket'],
  [{ ...S3, prefix: undefined }, {}, 'artifacts.prefix'],
  [{ ...S3, prefix: '/' }, {}, 'artifacts.prefix'],
  [{ store: 'ftp' }, {}, 'artifacts.store'],
  [{ ...S3, endpoint: 'minio:9000' }, {}, 'artifacts.endpoint'],
  [{ ...S3, secretAccessKey: 'sesame' }, {}, 'artifacts.secretAccessKey'],
  [S3, { ENVCLONE_S3_ACCESS_KEY_ID: 'half' }, 'ENVCLONE_S3_SECRET_ACCESS_KEY'],
])('%j with %j is a mistake of %s', async (artifacts, variables, key) => {
  const { mistakes } = await load(artifacts, variables);
  expect(mistakes.map((mistake) => mistake.key)).toEqual([key]);
  expect(JSON.stringify(mistakes)).not.toContain('sesame');
});
