import { DataError, EnvcloneError } from '../../contracts/errors.js';

/** What the file system throws, as a coded error: absent, or no room left. Anything else passes as it is. */
export function storeFailure(error: unknown, doing: string): unknown {
  if (error instanceof EnvcloneError || !(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return new DataError('ARTIFACT_MISSING', `${doing}: there is none`);
    case 'ENOSPC':
    case 'EDQUOT':
      return new DataError('DISK_FULL', `${doing}: the artifact store has no room left`);
    default:
      return error;
  }
}
