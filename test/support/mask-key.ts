import { createHash } from 'node:crypto';

/** As a person would write it into an .env file. */
export const MASK_KEY = createHash('sha256').update('a key of the tests').digest('base64');
