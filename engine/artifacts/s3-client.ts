import type { S3Client } from '@aws-sdk/client-s3';

export interface S3Settings {
  bucket: string;
  /** What every key begins with; empty, or without slashes at its ends. */
  prefix: string;
  /** `https://…` of a service that is not Amazon's. */
  endpoint?: string;
  region: string;
  /** Keys as `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  isPathStyle: boolean;
  /** Absent: AWS's own places are looked at (its variables, profiles and roles). */
  credentials?: S3Credentials;
}

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The commands, and who sends them. */
export interface S3Connection {
  sdk: typeof import('@aws-sdk/client-s3');
  client: S3Client;
  bucket: string;
}

export type ConnectS3 = () => Promise<S3Connection>;

/** Loading the SDK takes a good part of a second: only a store that is used pays it, once. */
export function createS3Connector(settings: S3Settings): ConnectS3 {
  let connection: Promise<S3Connection> | undefined;
  return () => {
    connection ??= connect(settings);
    return connection;
  };
}

/** A request that failed for a passing reason is sent again after 0.1, 0.2, 0.4 … s, each times a random number. */
const ATTEMPTS = 6;
const CONNECT_MS = 5_000;
/** Of a connection on which nothing moves. */
const SILENCE_MS = 60_000;

async function connect({ bucket, endpoint, region, isPathStyle, credentials }: S3Settings): Promise<S3Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    region,
    forcePathStyle: isPathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  return { sdk, client, bucket };
}
