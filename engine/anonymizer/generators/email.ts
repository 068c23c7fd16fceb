import { MASKED_EMAIL_HOST } from '../../../contracts/anonymization.js';
import type { BytesMask } from '../byte-text.js';
import { defineGenerator, type Generator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, writeToken } from '../token.js';

const HOST = Buffer.from(`@${MASKED_EMAIL_HOST}`);

export const email = emailGenerator({ name: 'email', family: 'email' }, 'user');
export const guestEmail = emailGenerator({ name: 'guestEmail', family: 'guestEmail' }, 'guest');

function emailGenerator(about: Pick<Generator, 'name' | 'family'>, user: string): Generator {
  return defineGenerator({
    ...about,
    types: TEXT_TYPES,
    injective: true,
    uniqueLength: user.length + SHORTEST_TOKEN + HOST.length,
    describe: `\`${user}<hash>@${MASKED_EMAIL_HOST}\``,
    maskBytes: addressOf(Buffer.from(user)),
  });
}

/** Where the column is too short the hash is, and where even that does not fit only the hash remains. */
function addressOf(user: Buffer): BytesMask<MaskTools> {
  return (from, at, stop, into, to, { hash, maxLength = Infinity }) => {
    hash.range(from, at, stop);
    const room = maxLength - user.length - HOST.length;
    if (room <= 0) return Math.min(writeToken(hash, into, to), to + maxLength);
    let end = to;
    for (let index = 0; index < user.length; index++) into[end++] = user[index] as number;
    end = Math.min(writeToken(hash, into, end), end + room);
    for (let index = 0; index < HOST.length; index++) into[end++] = HOST[index] as number;
    return end;
  };
}
