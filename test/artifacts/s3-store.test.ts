import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3Connector, type S3Settings } from '../../engine/artifacts/s3-client.js';
import { openS3Store } from '../../engine/artifacts/s3-store.js';
import { sealArtifacts } from '../../engine/artifacts/sealed-store.js';
import type { ArtifactStore } from '../../engine/artifacts/store.js';
import { freePort } from '../../examples/local-postgres.js';
import { type S3Server, s3Program, startS3Server } from '../support/s3-server.js';
import { startTcpProxy, type TcpProxyInput } from '../support/tcp-proxy.js';

const MIB = 1024 * 1024;

describe.runIf(s3Program)('a store of S3', () => {
  let server: S3Server;
  let store: ArtifactStore;

  beforeAll(async () => {
    server = await startS3Server();
    store = openS3Store(server.settings);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const proxied = async (input: Omit<TcpProxyInput, 'port'>) => {
    const proxy = await startTcpProxy({ port: Number(new URL(server.settings.endpoint ?? '').port), ...input });
    return {
      store: openS3Store({ ...server.settings, endpoint: `http://${proxy.address}` }),
      [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
    };
  };

  const uploads = async (): Promise<number> => {
    const { client, bucket } = await createS3Connector(server.settings)();
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.length;
  };

  test('what is larger than a part goes in parts, each with its checksum, and comes back as it was', async () => {
    const bytes = randomBytes(40 * MIB);
    const heads: string[] = [];
    await using through = await proxied({
      toServer: (chunk) => {
        const head = /^PUT [^ ]*partNumber=.*?\r\n\r\n/s.exec(chunk.toString('latin1'));
        if (head) heads.push(head[0]);
        return chunk;
      },
    });
    const ref = { operation: 'large', name: 'rows/0' };
    await pipeline(Readable.from([bytes], { objectMode: false }), through.store.writeStream(ref));
    expect(heads.map((head) => /x-amz-checksum-crc32: \S+/i.test(head))).toEqual([true, true, true]);
    expect(Buffer.concat(await store.readStream(ref).toArray()).equals(bytes)).toBe(true);
    expect(await uploads()).toBe(0);
  });

  test('memory does not grow with what is written and read', async () => {
    const ref = { operation: 'larger', name: 'rows/0' };
    const piece = Buffer.alloc(MIB, 'row');
    let most = 0;
    async function* pieces() {
      for (let at = 0; at < 300; at++) {
        most = Math.max(most, process.memoryUsage().arrayBuffers);
        yield piece;
      }
    }
    await pipeline(pieces, store.writeStream(ref));
    let size = 0;
    for await (const chunk of store.readStream(ref)) {
      size += chunk.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    expect(size).toBe(300 * MIB);
    expect(most).toBeLessThan(200 * MIB);
  });

  test('an upload that is given up half-way leaves neither an object nor parts', async () => {
    async function* cutOff() {
      for (let at = 0; at < 40; at++) yield Buffer.alloc(MIB);
      throw new Error('the copy failed');
    }
    const stream = store.writeStream({ operation: 'given-up', name: 'rows/0' });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await expect(pipeline(cutOff, stream)).rejects.toThrow('the copy failed');
    await closed;
    expect(await store.list('given-up')).toEqual([]);
    expect(await uploads()).toBe(0);
  });

  test('what is sealed on its way and given up leaves no parts either', async () => {
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const sealed = sealArtifacts({ store, isSealed: () => true, keys: async () => ({ recipients, identities: [] }) });
    async function* cutOff() {
      for (let at = 0; at < 40; at++) yield Buffer.alloc(MIB);
      throw new Error('the copy failed');
    }
    const stream = sealed.writeStream({ operation: 'sealed', name: 'rows/0' });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await expect(pipeline(cutOff, stream)).rejects.toThrow('the copy failed');
    await closed;
    expect(await uploads()).toBe(0);
    expect(await store.list('sealed')).toEqual([]);
  });

  test('an upload that a dead worker left is given up with its operation', async () => {
    const { client, bucket } = await createS3Connector(server.settings)();
    const upload = { Bucket: bucket, Key: 'envclone/dead/rows/0' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }));
    expect(await uploads()).toBe(1);
    await store.remove('dead');
    expect(await uploads()).toBe(0);
  });

  test('more than a thousand artifacts and operations are listed and removed', async () => {
    const names = Array.from({ length: 1_010 }, (_, index) => `rows/${String(index).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 50) {
      const some = names.slice(at, at + 50);
      await Promise.all(some.map((name) => store.writeJson({ operation: 'many', name }, 1)));
      await Promise.all(some.map((name) => store.writeJson({ operation: `many-${name}`, name: 'x' }, 1)));
    }
    expect(await store.list('many')).toEqual(names);
    expect((await store.operations('many-')).length).toBe(1_010);
    await store.remove('many');
    expect(await store.list('many')).toEqual([]);
  });

  test('a connection that breaks while reading is made again where it broke', async () => {
    const bytes = randomBytes(12 * MIB);
    const ref = { operation: 'broken', name: 'rows/0' };
    await pipeline(Readable.from([bytes], { objectMode: false }), store.writeStream(ref));
    let passed = 0;
    let cuts = 0;
    await using through = await proxied({
      toClient: (chunk) => {
        passed += chunk.length;
        if (passed < 3 * MIB) return chunk;
        passed = 0;
        cuts += 1;
        return 'cut';
      },
    });
    expect(Buffer.concat(await through.store.readStream(ref).toArray()).equals(bytes)).toBe(true);
    expect(cuts).toBeGreaterThan(1);
  });

  test('a connection that breaks while writing is made again', async () => {
    const bytes = randomBytes(20 * MIB);
    const ref = { operation: 'broken', name: 'rows/1' };
    let cuts = 0;
    let passed = 0;
    await using through = await proxied({
      toServer: (chunk) => {
        passed += chunk.length;
        if (passed < 5 * MIB || cuts === 2) return chunk;
        passed = 0;
        cuts += 1;
        return 'cut';
      },
    });
    await pipeline(Readable.from([bytes], { objectMode: false }), through.store.writeStream(ref));
    expect(Buffer.concat(await store.readStream(ref).toArray()).equals(bytes)).toBe(true);
    expect(cuts).toBe(2);
  });

  test('a part that is another one when it arrives is refused, and nothing is left', async () => {
    let passed = 0;
    await using through = await proxied({
      toServer: (chunk) => {
        passed += chunk.length;
        if (passed < 4 * MIB) return chunk;
        passed = Number.NEGATIVE_INFINITY;
        const changed = Buffer.from(chunk);
        changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
        return changed;
      },
    });
    const writing = pipeline(
      Readable.from([Buffer.alloc(20 * MIB)], { objectMode: false }),
      through.store.writeStream({ operation: 'changed', name: 'rows/0' }),
    );
    await expect(writing).rejects.toMatchObject({ code: 'ARTIFACT_STORE_FAILED' });
    expect(await store.list('changed')).toEqual([]);
    expect(await uploads()).toBe(0);
  });

  const other = (change: Partial<S3Settings>) => openS3Store({ ...server.settings, ...change });

  test('a store that refuses says so, and names no key', async () => {
    await store.check();
    const credentials = { accessKeyId: 'tests', secretAccessKey: 'a-wrong-secret' };
    const stranger = { accessKeyId: 'a-stranger', secretAccessKey: 'a-wrong-secret' };
    for (const refused of [
      other({ credentials }),
      other({ credentials: stranger }),
      other({ bucket: 'no-such-bucket' }),
    ]) {
      const trying = refused.check();
      await expect(trying).rejects.toMatchObject({ code: 'ARTIFACT_STORE_REFUSED', category: 'configuration' });
      await expect(trying).rejects.not.toMatchObject({ message: expect.stringMatching(/secret|stranger/) });
    }
    const writing = pipeline(['x'], other({ credentials }).writeStream({ operation: 'o', name: 'x' }));
    await expect(writing).rejects.toMatchObject({ code: 'ARTIFACT_STORE_REFUSED' });
  });

  test('a store that does not answer says so', async () => {
    const nobody = other({ endpoint: `http://127.0.0.1:${await freePort()}` });
    await expect(nobody.check()).rejects.toMatchObject({ code: 'ARTIFACT_STORE_FAILED', category: 'connection' });
  });
});
