import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import type { ArtifactRef } from '../../contracts/artifacts.js';
import { ConfigurationError, DataError, EnvcloneError } from '../../contracts/errors.js';
import { storeFailure } from './failures.js';
import { nameOf, operationDirectory, pathSegments } from './paths.js';
import { openFileWriter } from './writer.js';

/** Where operations leave what they made. Every worker of a task queue has to use the same one. */
export interface ArtifactStore {
  /** Where it is, for people. */
  place: string;
  /** Appears whole or not at all. @throws DataError `DISK_FULL` */
  writeJson(ref: ArtifactRef, value: unknown): Promise<void>;
  /** @throws DataError `ARTIFACT_MISSING` when it is absent or not JSON; whatever reads: `ARTIFACT_DAMAGED` when the store sees that itself */
  readJson<Value>(ref: ArtifactRef): Promise<Value>;
  /** Adds one line to an event log. @throws DataError `DISK_FULL` */
  append(ref: ArtifactRef, line: string): Promise<void>;
  /** @throws DataError `ARTIFACT_MISSING` */
  readText(ref: ArtifactRef): Promise<string>;
  /** Becomes visible when it has finished; one that is destroyed leaves nothing. */
  writeStream(ref: ArtifactRef): Writable;
  /** Ends with DataError `ARTIFACT_MISSING` when there is none. */
  readStream(ref: ArtifactRef): Readable;
  /** Names of an operation's artifacts, sorted; none for an unknown operation. */
  list(operation: string): Promise<string[]>;
  /** Operations that left something, sorted. */
  operations(prefix?: string): Promise<string[]>;
  /** Removes all that an operation left. What is gone already stays gone. */
  remove(operation: string): Promise<void>;
  /** Writes, reads and removes something small. @throws what would stop an operation: ConfigurationError `ARTIFACT_STORE_REFUSED`, ConnectionError, DataError */
  check(): Promise<void>;
}

const READ_CHUNK_BYTES = 256 * 1024;

/** Artifacts as files: a directory an operation (0700), a file an artifact (0600). */
export function openDirectoryStore(directory: string): ArtifactStore {
  const root = resolve(directory);
  const pathOf = ({ operation, name }: ArtifactRef) => join(root, operationDirectory(operation), ...pathSegments(name));

  async function readText(ref: ArtifactRef): Promise<string> {
    return readFile(pathOf(ref), 'utf8').catch((error: unknown) => {
      throw storeFailure(error, `reading ${ref.name} of ${ref.operation}`);
    });
  }

  return {
    place: root,
    readText,

    async writeJson(ref, value) {
      const path = pathOf(ref);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeAtomically(path, `${JSON.stringify(value)}\n`);
      } catch (error) {
        throw storeFailure(error, `writing ${ref.name} of ${ref.operation}`);
      }
    },

    async readJson(ref) {
      return parseArtifact(ref, await readText(ref));
    },

    async append(ref, line) {
      const path = pathOf(ref);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, `${line}\n`, { mode: 0o600 });
      } catch (error) {
        throw storeFailure(error, `appending to ${ref.name} of ${ref.operation}`);
      }
    },

    writeStream(ref) {
      return openFileWriter(pathOf(ref), `writing ${ref.name} of ${ref.operation}`);
    },

    readStream(ref) {
      const doing = `reading ${ref.name} of ${ref.operation}`;
      return Readable.from(chunksOf(pathOf(ref), doing), { objectMode: false, highWaterMark: READ_CHUNK_BYTES });
    },

    async list(operation) {
      return filesBelow(join(root, operationDirectory(operation)));
    },

    async operations(prefix = '') {
      const names = await entriesOf(root);
      return names
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => nameOf(entry.name))
        .filter((name) => name.startsWith(prefix))
        .sort();
    },

    async remove(operation) {
      const path = join(root, operationDirectory(operation));
      const removed = join(root, `.removed-${randomBytes(6).toString('hex')}`);
      try {
        await rename(path, removed); // at once: half of an operation is never seen
      } catch (error) {
        if (isAbsent(error)) return;
        throw storeFailure(error, `removing ${operation}`);
      }
      await rm(removed, { recursive: true, force: true });
    },

    async check() {
      const probe = join(root, `.check-${randomBytes(6).toString('hex')}`);
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await writeAtomically(probe, 'envclone\n');
        await rm(probe);
      } catch (error) {
        const known = storeFailure(error, `trying the artifact store, ${root}`);
        if (known instanceof EnvcloneError && known.code !== 'ARTIFACT_MISSING') throw known;
        throw new ConfigurationError('ARTIFACT_STORE_REFUSED', `${root} is no directory that can be written to`);
      }
    },
  };
}

/** @throws DataError `ARTIFACT_MISSING` for what is not JSON */
export function parseArtifact<Value>({ name, operation }: ArtifactRef, text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text.
    throw new DataError('ARTIFACT_MISSING', `${name} of ${operation} is not JSON`);
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const building = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(building, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(building, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(building, { force: true });
    throw error;
  }
}

async function* chunksOf(path: string, doing: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_CHUNK_BYTES });
  } catch (error) {
    throw storeFailure(error, doing);
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const names: string[] = [];
  const walk = async (at: string) => {
    for (const entry of await entriesOf(at)) {
      if (entry.isDirectory()) await walk(join(at, entry.name));
      else if (!entry.name.endsWith('.tmp')) names.push(relative(directory, join(at, entry.name)));
    }
  };
  await walk(directory);
  return names.map((name) => name.split(sep).map(nameOf).join('/')).sort();
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw storeFailure(error, 'listing the artifact store');
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
