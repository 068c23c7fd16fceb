import { ConfigurationError, DataError, EnvcloneError } from '../../contracts/errors.js';

/** What the file system throws, as a coded error: absent, no room left, or not permitted. Anything else passes as it is. */
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
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ConfigurationError('ARTIFACT_STORE_REFUSED', `${doing}: the file system says ${error.code}`);
    default:
      return error;
  }
}
