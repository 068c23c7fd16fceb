import type { ConnectS3, S3Connection } from './s3-client.js';

/** As many as one request may name. */
const BATCH = 1_000;

/** Every key below a prefix, in order, however many there are. */
export async function keysBelow(connect: ConnectS3, prefix: string): Promise<string[]> {
  const { sdk, client, bucket } = await connect();
  const keys: string[] = [];
  for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
  }
  return keys;
}

/** The folders right below a prefix that begin with `start`: `prefix` + `start…/`. */
export async function foldersBelow(connect: ConnectS3, prefix: string, start: string): Promise<string[]> {
  const { sdk, client, bucket } = await connect();
  const query = { Bucket: bucket, Prefix: prefix + start, Delimiter: '/' };
  const folders: string[] = [];
  for await (const page of sdk.paginateListObjectsV2({ client }, query)) {
    for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix) folders.push(Prefix.slice(prefix.length, -1));
  }
  return folders;
}

/** Removes keys, in their order, a thousand at a time. Those that are gone stay gone. */
export async function removeKeys(connect: ConnectS3, keys: readonly string[]): Promise<void> {
  const { sdk, client, bucket } = await connect();
  for (let at = 0; at < keys.length; at += BATCH) {
    const Objects = keys.slice(at, at + BATCH).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(
      new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first) throw Object.assign(new Error('not removed'), { name: first.Code, $metadata: { httpStatusCode: 403 } });
  }
}

/** Gives up uploads that a worker left when it died, or that one still works on that nobody waits for. */
export async function abortUploadsBelow(connect: ConnectS3, prefix: string): Promise<void> {
  const connection = await connect();
  const { sdk, client, bucket } = connection;
  for (const { Key, UploadId } of await uploadsBelow(connection, prefix)) {
    const upload = { Bucket: bucket, Key, UploadId };
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
    });
  }
}

interface StartedUpload {
  Key?: string | undefined;
  UploadId?: string | undefined;
}

async function uploadsBelow({ sdk, client, bucket }: S3Connection, prefix: string): Promise<StartedUpload[]> {
  const found: StartedUpload[] = [];
  let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const query = { Bucket: bucket, Prefix: prefix, ...after };
    const page = await client.send(new sdk.ListMultipartUploadsCommand(query));
    found.push(...(page.Uploads ?? []));
    if (!page.IsTruncated) return found;
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
