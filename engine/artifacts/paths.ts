import { ConfigurationError } from '../../contracts/errors.js';

const LONGEST_FILE_NAME = 240;

/** The directory of an operation. Its id may be anything that Temporal takes, so what no file name may hold is escaped. */
export function operationDirectory(operation: string): string {
  return fileName(operation);
}

/** The path of an artifact below its operation: parts between slashes. @throws ConfigurationError for one that leads elsewhere */
export function pathSegments(name: string): string[] {
  const parts = name.split('/');
  if (parts.some((part) => part === '..' || part === '.'))
    throw new ConfigurationError('CONFIGURATION_INVALID', `${JSON.stringify(name)} is not a name for an artifact`);
  return parts.map(fileName);
}

/** The name that `fileName` made a file name of. */
export function nameOf(file: string): string {
  return file.replace(/(?:%[0-9A-F]{2})+/g, (escaped) => Buffer.from(escaped.replaceAll('%', ''), 'hex').toString());
}

/** Letters, digits and `-_@.` stay; a first dot would hide the file or lead to a parent, `.tmp` marks what is being written. */
function fileName(name: string): string {
  const escaped = name.replace(/[^A-Za-z0-9._@-]+|^\.|\.(?=tmp$)/g, percentBytes);
  if (escaped === '' || escaped.length > LONGEST_FILE_NAME)
    throw new ConfigurationError('CONFIGURATION_INVALID', `${JSON.stringify(name)} is not a name for an artifact`);
  return escaped;
}

function percentBytes(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
