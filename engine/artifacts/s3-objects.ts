import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { feed } from './feed.js';
import type { ConnectS3 } from './s3-client.js';
import { kindOf, s3Failure } from './s3-failures.js';

export interface S3ObjectInput {
  connect: ConnectS3;
  key: string;
  /** `reading plan.json of clone-test-…` */
  doing: string;
}

/** At most 10,000 parts: objects of up to 160 GB. Every part but the last has this size, as some services ask for. */
const PART_BYTES = 16 * 1024 * 1024;
/** Parts on their way at the same time, each in memory. */
const PARTS_AT_ONCE = 2;

/** An object that appears under its key once all of it has arrived, part by part, each with its checksum. Given up, it takes its parts with it. */
export function openObjectWriter({ connect, key, doing }: S3ObjectInput): Writable {
  return feed(async (bytes) => {
    const { client, bucket } = await connect();
    const { Upload } = await import('@aws-sdk/lib-storage');
    const upload = new Upload({
      client,
      params: { Bucket: bucket, Key: key, Body: bytes, ChecksumAlgorithm: 'CRC32' },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    });
    try {
      await upload.done();
    } catch (error) {
      throw bytes.errored ?? s3Failure(error, doing);
    }
  });
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

/** The bytes of an object. A connection that breaks is made again, from the byte where it broke, as long as it is the same object. */
export async function* readObject({ connect, key, doing }: S3ObjectInput): AsyncGenerator<Buffer> {
  const { sdk, client, bucket } = await connect();
  let offset = 0;
  let size = Number.POSITIVE_INFINITY;
  let tag: string | undefined;
  for (let failures = 0; ; ) {
    const rest = offset > 0 ? { Range: `bytes=${offset}-`, IfMatch: tag } : {};
    try {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...rest }));
      tag ??= answer.ETag;
      size = offset + (answer.ContentLength ?? size);
      for await (const chunk of answer.Body as Readable) {
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
      return;
    } catch (error) {
      if (offset === size && kindOf(error) === 'broken') return;
      failures += 1;
      if (kindOf(error) !== 'broken' || failures >= ATTEMPTS) throw s3Failure(error, doing);
      await sleep(FIRST_PAUSE_MS * 2 ** failures * Math.random());
    }
  }
}
