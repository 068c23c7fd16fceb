import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealArtifacts } from '../../engine/artifacts/sealed-store.js';
import { type ArtifactStore, openDirectoryStore } from '../../engine/artifacts/store.js';
import { readSealKeys } from '../../engine/environments/seal-keys.js';

let directory: string;
let plain: ArtifactStore;
let store: ArtifactStore;
const REF = { operation: 'o', name: 'rows/0' };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-sealed-'));
  plain = openDirectoryStore(join(directory, 'artifacts'));
  store = sealedFor();
});
afterAll(() => rm(directory, { recursive: true }));

const settings = (file = 'seal.key', recipients: string[] = []) => ({
  encryption: 'age' as const,
  recipients,
  identityFile: join(directory, file),
});
const sealedFor = (file?: string, recipients?: string[]) =>
  sealArtifacts({
    store: plain,
    isSealed: ({ name }) => name !== 'open.json',
    keys: (use) => readSealKeys(settings(file, recipients), use),
  });

async function bytesOf(from: ArtifactStore, ref = REF): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from.readStream(ref)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const write = (bytes: Buffer, ref = REF, to = store) =>
  pipeline(Readable.from([bytes], { objectMode: false }), to.writeStream(ref));

test.each([0, 1, 65_535, 65_536, 65_537, 3_000_000])(
  '%i bytes come back as they were, and are not there to be read',
  async (size) => {
    const bytes = randomBytes(size);
    await write(bytes);
    expect((await bytesOf(store)).equals(bytes)).toBe(true);
    const raw = await bytesOf(plain);
    expect(raw.toString('latin1')).toMatch(/^age-encryption\.org\/v1\n/);
    if (size > 100) expect(raw.includes(bytes.subarray(0, 32))).toBe(false);
  },
);

test('documents are sealed, and what is meant to be open is not', async () => {
  const secret = { password: 'hunter2' };
  await store.writeJson({ ...REF, name: 'schema.json' }, secret);
  await store.writeJson({ ...REF, name: 'open.json' }, secret);
  expect(await store.readJson({ ...REF, name: 'schema.json' })).toEqual(secret);
  expect(await plain.readText({ ...REF, name: 'schema.json' })).not.toContain('hunter2');
  expect(await plain.readText({ ...REF, name: 'open.json' })).toContain('hunter2');
});

test('what was written before anything was sealed is read as it is', async () => {
  await write(Buffer.from('an older archive'), REF, plain);
  expect((await bytesOf(store)).toString()).toBe('an older archive');
});

test('any other byte, any cut and any addition is told', async () => {
  await write(Buffer.from('Amina Benali'));
  const raw = await bytesOf(plain);
  const damaged = [
    ...Array.from(raw.keys(), (at) => Buffer.from(raw.map((byte, index) => (index === at ? byte ^ 1 : byte)))),
    ...Array.from(raw.keys(), (at) => raw.subarray(0, at)).slice(FIRST_LINE),
    Buffer.concat([raw, Buffer.from('x')]),
  ];
  for (const [at, bytes] of damaged.slice(FIRST_LINE).entries()) {
    if (at % 3 > 0 && at < damaged.length - FIRST_LINE - 1) continue;
    await write(bytes, REF, plain);
    await expect(bytesOf(store), `damage ${at}`).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTORE_(POINT_DAMAGED|KEY_MISSING)$/), // a changed recipient is one of somebody else
    });
  }
});
/** Without its first line it is no sealed file any more; the checksum of what it holds tells. */
const FIRST_LINE = 'age-encryption.org/v1'.length;

test('another key and no key are told apart from damage', async () => {
  await write(Buffer.from('rows'));
  await readSealKeys(settings('other.key'), 'write');
  await expect(bytesOf(sealedFor('other.key'))).rejects.toMatchObject({
    code: 'RESTORE_KEY_MISSING',
    message: expect.stringContaining('rows/0 of o is sealed for another key'),
  });
  await expect(bytesOf(sealedFor('no.key'))).rejects.toMatchObject({
    code: 'RESTORE_KEY_MISSING',
    message: expect.stringContaining('no.key, is not there'),
  });
});

test.each([1, 20, 21, 22])('a store that gives %i byte(s) at a time is understood', async (size) => {
  const readIn = (bytes: Buffer) =>
    sealArtifacts({
      store: { ...plain, readStream: () => Readable.from(portionsOf(bytes, size), { objectMode: false }) },
      isSealed: () => true,
      keys: (use) => readSealKeys(settings(), use),
    });
  await write(Buffer.from('Amina Benali'));
  expect((await bytesOf(readIn(await bytesOf(plain)))).toString()).toBe('Amina Benali');
  expect((await bytesOf(readIn(Buffer.from('an older archive, unsealed')))).toString()).toBe(
    'an older archive, unsealed',
  );
});

function* portionsOf(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('a store that breaks off is no damage', async () => {
  await write(randomBytes(1000));
  const raw = await bytesOf(plain);
  const failure = Object.assign(new Error('i/o error'), { code: 'EIO' });
  async function* broken() {
    yield raw.subarray(0, 300);
    throw failure;
  }
  const reading = sealArtifacts({
    store: { ...plain, readStream: () => Readable.from(broken(), { objectMode: false }) },
    isSealed: () => true,
    keys: (use) => readSealKeys(settings(), use),
  });
  await expect(bytesOf(reading)).rejects.toBe(failure);
});

test('the local key is made once, by whoever is first, for its owner alone', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => readSealKeys(settings('once.key'), 'write')));
  expect(new Set(made.flatMap(({ identities }) => identities)).size).toBe(1);
  expect((await stat(join(directory, 'once.key'))).mode & 0o777).toBe(0o600);
});

test.each([0o640, 0o604])('a key that others can read (%o) is refused, with what closes it', async (mode) => {
  const file = `open-${mode}.key`;
  await readSealKeys(settings(file), 'write');
  await chmod(join(directory, file), mode);
  for (const use of ['read', 'write'] as const) {
    await expect(readSealKeys(settings(file), use)).rejects.toMatchObject({
      code: 'RESTORE_KEY_EXPOSED',
      next: expect.stringContaining(`chmod 600 ${join(directory, file)}`),
    });
  }
  await expect(sealedFor(file).check()).rejects.toMatchObject({ code: 'RESTORE_KEY_EXPOSED' });
});

test('a recipient of the configuration opens it with an identity of its own', async () => {
  const identity = await generateX25519Identity();
  await write(Buffer.from('for two'), REF, sealedFor('seal.key', [await identityToRecipient(identity)]));
  await writeFile(join(directory, 'theirs.key'), `${identity}\n`, { mode: 0o600 });
  expect((await bytesOf(sealedFor('theirs.key'))).toString()).toBe('for two');
  expect((await bytesOf(store)).toString()).toBe('for two');
});

test('a stream that is given up leaves nothing', async () => {
  const ref = { ...REF, name: 'half' };
  const failing = Readable.from(
    (async function* () {
      yield Buffer.alloc(1_000_000);
      throw new Error('the copy failed');
    })(),
    { objectMode: false },
  );
  await expect(pipeline(failing, store.writeStream(ref))).rejects.toThrow('the copy failed');
  expect(await plain.list('o')).not.toContain('half');
});

const hasAge = (() => {
  try {
    return execFileSync('age', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

test.runIf(hasAge)('the age program opens it by hand', async () => {
  const bytes = randomBytes(200_000);
  await write(bytes);
  const file = join(directory, 'by-hand.age');
  await writeFile(file, await bytesOf(plain));
  await promisify(execFile)('age', ['--decrypt', '-i', join(directory, 'seal.key'), '-o', `${file}.out`, file]);
  expect((await readFile(`${file}.out`)).equals(bytes)).toBe(true);
});
