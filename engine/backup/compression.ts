import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createBrotliDecompress, createGunzip } from 'node:zlib';
import { postgresFields } from '../postgres/errors.js';

/** What the name of a compressed file ends with. */
export const COMPRESSED = '.copy.br';

const CHUNK = { chunkSize: 256 * 1024 };

/** Quality 1 makes COPY's bytes as small as gzip's level 1 in half of the processor's time (docs/decisions/0014). */
export function compress(): Transform {
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 }, ...CHUNK });
}

/** Archives made before brotli hold gzip. */
export function decompress(file: string): Transform {
  return file.endsWith('.gz') ? createGunzip(CHUNK) : createBrotliDecompress(CHUNK);
}

/** Whether the bytes are not what a compressor made. */
export function isCompressionError(error: unknown): boolean {
  return (
    error instanceof Error &&
    !postgresFields(error) &&
    'code' in error &&
    /^(Z_|ERR_ZLIB|ERR_BROTLI|ERR__ERROR)/.test(String(error.code))
  );
}
