import { createHash } from 'node:crypto';
import * as words from './words.js';

/** Changes with the words that masked values are made of: then the same key makes other names, addresses and texts than before. */
export const DICTIONARY_HASH = createHash('sha256')
  .update(JSON.stringify(Object.entries(words).sort(([one], [other]) => (one < other ? -1 : 1))))
  .digest('hex')
  .slice(0, 16);
