import { ConfigurationError, ConnectionError, DataError, EnvcloneError } from '../../contracts/errors.js';

/** What an S3 service answers, as a coded error. Its own text is left out: it names keys and accounts. */
export function s3Failure(error: unknown, doing: string): Error {
  if (error instanceof EnvcloneError) return error;
  switch (kindOf(error)) {
    case 'missing':
      return new DataError('ARTIFACT_MISSING', `${doing}: there is none`);
    case 'full':
      return new DataError('DISK_FULL', `${doing}: the artifact store has no room left`);
    case 'refused':
      return new ConfigurationError('ARTIFACT_STORE_REFUSED', `${doing}: the artifact store says ${nameOf(error)}`);
    case 'altered':
      return new DataError('ARTIFACT_DAMAGED', `${doing}: it is not what was written`);
    case 'broken':
      return new ConnectionError(
        'ARTIFACT_STORE_FAILED',
        `${doing}: the artifact store did not answer (${nameOf(error)})`,
      );
  }
}

type FailureKind = 'missing' | 'full' | 'refused' | 'altered' | 'broken';

/** `broken` may pass; the others stay until somebody changes something. */
export function kindOf(error: unknown): FailureKind {
  const name = nameOf(error);
  const status = statusOf(error);
  if (error instanceof Error && error.message.startsWith('Checksum mismatch')) return 'altered'; // the SDK's; it has no name
  if (name === 'NoSuchKey' || name === 'NotFound') return 'missing';
  if (FULL.test(name) || status === 507) return 'full';
  if (NO_CREDENTIALS.test(name) || name === 'NoSuchBucket') return 'refused';
  const isAnswer = status !== undefined && status >= 300 && status < 500;
  return isAnswer && !PASSING.test(name) && status !== 408 && status !== 429 ? 'refused' : 'broken';
}

/** Names that services which are not Amazon's use too. */
const FULL = /^(QuotaExceeded|StorageFull|XMinioStorageFull|InsufficientCapacity)/;
const NO_CREDENTIALS = /^CredentialsProviderError$/;
/** 4xx all the same: the clock of a request, bytes that changed on their way, an upload that somebody else gave up. */
const PASSING =
  /^(RequestTimeout|BadDigest|XAmzContentChecksumMismatch|XAmzContentSHA256Mismatch|SlowDown|OperationAborted|NoSuchUpload)$/;

/** The code of S3 or of the socket; never a message. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if ('Code' in error && typeof error.Code === 'string') return error.Code;
  return error.name;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
