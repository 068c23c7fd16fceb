import { ConfigurationError } from '../../contracts/errors.js';
import type { EnvironmentSettings } from './configuration.js';

export const MASK_KEY_VARIABLE = 'ENVCLONE_MASK_KEY';
const MASK_KEY_BYTES = 32;

/** The process environment's key, else the target's. @throws ConfigurationError `MASK_KEY_MISSING`, which says where it looked */
export function readMaskKey(target: EnvironmentSettings, processVariables: NodeJS.ProcessEnv): Uint8Array {
  const ofProcess = processVariables[MASK_KEY_VARIABLE];
  const place = ofProcess ? 'the process environment' : target.envFile;
  const text = (ofProcess || target.variables.get(MASK_KEY_VARIABLE) || '').trim();
  if (!text) throw missing(`is neither in the process environment nor in ${target.envFile}`);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw missing(`of ${place} is not base64`);
  const key = Buffer.from(text, 'base64');
  if (key.length < MASK_KEY_BYTES) throw missing(`of ${place} has ${key.length} bytes; it needs ${MASK_KEY_BYTES}`);
  if (new Set(key).size < DIFFERENT_BYTES)
    throw missing(`of ${place} is no random key: \`openssl rand -base64 32\` makes one`);
  return key;
}

/** A random key has about thirty; keys of zeros, of documentation and of examples have one or two. */
const DIFFERENT_BYTES = 8;

function missing(what: string): ConfigurationError {
  return new ConfigurationError('MASK_KEY_MISSING', `${MASK_KEY_VARIABLE} ${what}`);
}
