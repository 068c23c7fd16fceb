import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Settings } from '../../engine/artifacts/s3-client.js';
import { freePort } from '../../examples/local-postgres.js';

export interface S3Server extends AsyncDisposable {
  /** Of an empty bucket. */
  settings: S3Settings;
  /** The objects of the bucket as files. */
  directory: string;
}

/** The server's program: on PATH or where `node scripts/setup.mjs --s3` puts it. Without Go there is none. */
export const s3Program = [
  ...(process.env.PATH ?? '').split(delimiter),
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'envclone', 'bin'),
]
  .map((folder) => join(folder, 'versitygw'))
  .find((path) => existsSync(path));

if (!s3Program && process.env.CI) throw new Error('no S3 server is here: node scripts/setup.mjs --s3');

const CREDENTIALS = { accessKeyId: 'tests', secretAccessKey: 'of-nobody' };

/** A real S3 server over a directory: it proves signatures, takes parts, and refuses a part whose checksum is another one. */
export async function startS3Server(): Promise<S3Server> {
  if (!s3Program) throw new Error('no S3 server is here: node scripts/setup.mjs --s3');
  const root = await mkdtemp(join(tmpdir(), 'envclone-s3-'));
  for (const folder of ['data/artifacts', 'meta']) await mkdir(join(root, folder), { recursive: true });
  const port = await freePort();
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const server = spawn(
    s3Program,
    ['--port', `127.0.0.1:${port}`, '--access', accessKeyId, '--secret', secretAccessKey, '--quiet', '--health', '/up']
      .concat(['posix', '--sidecar', join(root, 'meta')])
      .concat([join(root, 'data')]),
    { stdio: 'ignore' },
  );
  const killed = () => server.kill('SIGKILL');
  process.once('exit', killed);
  const endpoint = `http://127.0.0.1:${port}`;
  await ready(`${endpoint}/up`);
  return {
    directory: join(root, 'data', 'artifacts'),
    settings: {
      bucket: 'artifacts',
      prefix: 'envclone',
      endpoint,
      region: 'us-east-1',
      isPathStyle: true,
      credentials: CREDENTIALS,
    },
    async [Symbol.asyncDispose]() {
      process.removeListener('exit', killed);
      const exit = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await exit;
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (attempt === 150) throw new Error(`no S3 server at ${url}`);
    await sleep(100);
  }
}
