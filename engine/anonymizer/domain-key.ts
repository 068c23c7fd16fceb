import { createHmac } from 'node:crypto';

/** The 16 bytes that a domain's hashes are keyed with: knowing one domain's key tells nothing about another's. */
export function deriveDomainKey(maskKey: Uint8Array, domain: string): Uint8Array {
  return new Uint8Array(createHmac('sha256', maskKey).update(`envclone/${domain}`).digest().subarray(0, 16));
}
