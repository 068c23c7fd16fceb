import { MASKED_EMAIL_HOST } from '../../../contracts/anonymization.js';
import { type BytesMask, countCharacters, isLowerAscii, readString } from '../byte-text.js';
import { defineGenerator, type Generator, type MaskTools, TEXT_TYPES } from '../generator.js';
import type { SipHash } from '../sip-hash.js';
import { SHORTEST_TOKEN, TOKEN_LENGTH, writeToken } from '../token.js';

const HOST = Buffer.from(`@${MASKED_EMAIL_HOST}`);
/** RFC 5321: no more characters before the @. */
const LONGEST_LOCAL = 64;

export const email = emailGenerator({ name: 'email', family: 'email' }, 'user');
export const guestEmail = emailGenerator({ name: 'guestEmail', family: 'guestEmail' }, 'guest');

function emailGenerator(about: Pick<Generator, 'name' | 'family'>, user: string): Generator {
  return defineGenerator({
    ...about,
    types: TEXT_TYPES,
    injective: true,
    uniqueLength: user.length + SHORTEST_TOKEN + HOST.length,
    leastLength: user.length + SHORTEST_TOKEN + HOST.length,
    letterCase: 'folds',
    describe: `\`${user}<hash>@${MASKED_EMAIL_HOST}\``,
    maskBytes: addressOf(Buffer.from(user)),
  });
}

/**
 * The hash is the address's in lower case, so `Amina@x.dz` and `amina@x.dz` have one. Where both have to stay different, and with `preserveFormat`, the
 * case of the masked letters tells them apart. Where the column is too short the hash is, and where even that does not fit only the hash remains.
 */
function addressOf(user: Buffer): BytesMask<MaskTools> {
  return (from, at, stop, into, to, tools) => {
    const { hash, maxLength = Infinity, preserveFormat } = tools;
    const original = hashFolded(hash, from, at, stop);
    const room = maxLength - user.length - HOST.length;
    if (room <= 0) return Math.min(writeToken(hash, into, to), to + maxLength);
    let end = to;
    for (let index = 0; index < user.length; index++) into[end++] = user[index] as number;
    end = Math.min(writeToken(hash, into, end), end + room);
    if (preserveFormat) {
      const length = Math.min(countCharacters(from, at, stop) - HOST.length, LONGEST_LOCAL, room + user.length);
      end = lengthen(hash, into, to, end, to + length);
    }
    for (let index = 0; index < HOST.length; index++) into[end++] = HOST[index] as number;
    if (original !== undefined) setCase(original, from, at, stop, into, to, end, tools);
    return end;
  };
}

/** Hashes the text in lower case; gives it back as it was when that is something else. */
function hashFolded(hash: SipHash, from: Buffer, at: number, stop: number): string | undefined {
  if (isLowerAscii(from, at, stop)) {
    hash.range(from, at, stop);
    return undefined;
  }
  const original = readString(from, at, stop);
  const folded = original.toLowerCase();
  if (folded === original) {
    hash.range(from, at, stop);
    return undefined;
  }
  hash.text(folded);
  return original;
}

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;

/** More of the hash, until the local part is as long as it was. */
function lengthen(hash: SipHash, into: Buffer, to: number, end: number, goal: number): number {
  let stop = end;
  while (stop < goal) {
    hash.range(into, to, stop);
    stop = Math.min(writeToken(hash, into, stop), stop + TOKEN_LENGTH, goal);
  }
  return stop;
}

/** Of an address that is not all lower case. */
function setCase(
  original: string,
  from: Buffer,
  at: number,
  stop: number,
  into: Buffer,
  to: number,
  end: number,
  { hash, isUnique, foldsCase, preserveFormat }: MaskTools,
): void {
  const isDistinct = isUnique && !foldsCase;
  const isUpper = original === original.toUpperCase();
  const isCapital = original.slice(1) === original.slice(1).toLowerCase();
  if (preserveFormat && isUpper) {
    for (let index = to; index < end; index++) raise(into, index);
  } else if (preserveFormat && (isCapital || !isDistinct)) {
    if (original.charAt(0) !== original.charAt(0).toLowerCase()) raise(into, to);
  } else if (isDistinct) {
    const { low } = hash.range(from, at, stop);
    raise(into, to + 1); // the first letter stays: that is how a capital is kept
    for (let index = to + 2, bits = low; index < end; index++, bits = (bits >>> 1) | (bits << 31))
      if (bits & 1) raise(into, index);
  }
}

function raise(into: Buffer, at: number): void {
  const byte = into[at] as number;
  if (byte >= LOWER_A && byte <= LOWER_Z) into[at] = byte - 0x20;
}
