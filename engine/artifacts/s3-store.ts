import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ArtifactRef } from '../../contracts/artifacts.js';
import { DataError } from '../../contracts/errors.js';
import { nameOf, operationDirectory, pathSegments } from './paths.js';
import { createS3Connector, type S3Settings } from './s3-client.js';
import { s3Failure } from './s3-failures.js';
import { abortUploadsBelow, foldersBelow, keysBelow, removeKeys } from './s3-keys.js';
import { openObjectWriter, readObject } from './s3-objects.js';
import { type ArtifactStore, parseArtifact } from './store.js';

/** What begins the last part of a line's key. No artifact's name can: it would be escaped. */
const LINE = '~';
const LINES_AT_ONCE = 16;

/**
 * Artifacts as objects of a bucket: `prefix/operation/name`, and `prefix/operation/name/~…` for each line of an event log, because an object cannot
 * be added to. Errors are those of the port, and ConfigurationError `ARTIFACT_STORE_REFUSED`, ConnectionError `ARTIFACT_STORE_FAILED`.
 */
export function openS3Store(settings: S3Settings): ArtifactStore {
  const { bucket, prefix, endpoint = 'Amazon S3' } = settings;
  const connect = createS3Connector(settings);
  const root = prefix === '' ? '' : `${prefix}/`;
  const folderOf = (operation: string) => `${root}${operationDirectory(operation)}/`;
  const keyOf = ({ operation, name }: ArtifactRef) => folderOf(operation) + pathSegments(name).join('/');

  async function put(key: string, text: string): Promise<void> {
    const { sdk, client } = await connect();
    await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ChecksumAlgorithm: 'CRC32' }));
  }

  async function readText(ref: ArtifactRef): Promise<string> {
    const key = keyOf(ref);
    return asked(`reading ${labelOf(ref)}`, async () => {
      try {
        return await textOf(readObject({ connect, key, doing: `reading ${labelOf(ref)}` }));
      } catch (error) {
        const isMissing = error instanceof DataError && error.code === 'ARTIFACT_MISSING';
        const lines = isMissing ? await keysBelow(connect, `${key}/${LINE}`) : [];
        if (lines.length === 0) throw error;
        return (await readAll(lines)).join('');
      }
    });
  }

  async function readAll(keys: readonly string[]): Promise<string[]> {
    const texts: string[] = [];
    for (let at = 0; at < keys.length; at += LINES_AT_ONCE) {
      const some = keys.slice(at, at + LINES_AT_ONCE);
      texts.push(
        ...(await Promise.all(some.map((key) => textOf(readObject({ connect, key, doing: 'reading lines' }))))),
      );
    }
    return texts;
  }

  return {
    place: `bucket ${bucket} of ${endpoint}`,
    readText,

    async writeJson(ref, value) {
      const key = keyOf(ref);
      await asked(`writing ${labelOf(ref)}`, () => put(key, `${JSON.stringify(value)}\n`));
    },

    async readJson(ref) {
      return parseArtifact(ref, await readText(ref));
    },

    async append(ref, line) {
      const key = keyOf(ref);
      await asked(`appending to ${labelOf(ref)}`, () => put(`${key}/${LINE}${nextLine()}`, `${line}\n`));
    },

    writeStream: (ref) => openObjectWriter({ connect, key: keyOf(ref), doing: `writing ${labelOf(ref)}` }),

    readStream(ref) {
      return Readable.from(readObject({ connect, key: keyOf(ref), doing: `reading ${labelOf(ref)}` }), {
        objectMode: false,
      });
    },

    async list(operation) {
      const folder = folderOf(operation);
      const keys = await asked(`listing ${operation}`, () => keysBelow(connect, folder));
      const names = keys.map((key) => key.slice(folder.length).replace(LINE_END, '').split('/').map(nameOf).join('/'));
      return [...new Set(names)].sort();
    },

    async operations(start = '') {
      const stem = start.replace(/\.$/, ''); // how a dot is written depends on what comes after it
      const escaped = stem === '' ? '' : operationDirectory(stem);
      const folders = await asked('listing the artifact store', () => foldersBelow(connect, root, escaped));
      return folders
        .filter((folder) => !folder.startsWith('.'))
        .map(nameOf)
        .filter((name) => name.startsWith(start))
        .sort();
    },

    async remove(operation) {
      await asked(`removing ${operation}`, async () => {
        await abortUploadsBelow(connect, folderOf(operation));
        const keys = await keysBelow(connect, folderOf(operation));
        await removeKeys(
          connect,
          keys.sort((a, b) => depthOf(a) - depthOf(b)),
        ); // a restore point's manifest first
      });
    },

    async check() {
      const key = `${root}.check/${randomBytes(6).toString('hex')}`;
      await asked(`trying the artifact store, bucket ${bucket} of ${endpoint}`, async () => {
        await put(key, 'envclone');
        await textOf(readObject({ connect, key, doing: 'trying the artifact store' }));
        await abortUploadsBelow(connect, key);
        await removeKeys(connect, await keysBelow(connect, key));
      });
    },
  };
}

const LINE_END = new RegExp(`/${LINE}[^/]*$`);

let lines = 0;

/** Sorts after every line that this process appended before, and after those of others by the clock. */
function nextLine(): string {
  lines += 1;
  const at = Date.now().toString(36).padStart(9, '0');
  return `${at}-${lines.toString(36).padStart(6, '0')}-${randomBytes(4).toString('hex')}`;
}

async function asked<Answer>(doing: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw s3Failure(error, doing);
  }
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

function labelOf({ operation, name }: ArtifactRef): string {
  return `${name} of ${operation}`;
}

function depthOf(key: string): number {
  return key.split('/').length;
}
