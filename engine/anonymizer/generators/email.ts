import { defineGenerator, type MaskTools, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, token } from '../token.js';

const HOST = '@test.local';

export const email = defineGenerator({
  name: 'email',
  family: 'email',
  types: TEXT_TYPES,
  injective: true,
  uniqueLength: 'user'.length + SHORTEST_TOKEN + HOST.length,
  describe: '`user<hash>@test.local`',
  mask: (value, tools) => address('user', value, tools),
});

export const guestEmail = defineGenerator({
  ...email,
  name: 'guestEmail',
  family: 'guestEmail',
  uniqueLength: 'guest'.length + SHORTEST_TOKEN + HOST.length,
  describe: '`guest<hash>@test.local`',
  mask: (value, tools) => address('guest', value, tools),
});

/** Where the column is too short the hash is, and where even that does not fit only the hash remains. */
function address(user: string, value: string, { hash, maxLength }: MaskTools): string {
  const suffix = token(hash, value);
  if (maxLength === undefined) return `${user}${suffix}${HOST}`;
  const room = maxLength - user.length - HOST.length;
  return room > 0 ? `${user}${suffix.slice(0, room)}${HOST}` : suffix.slice(0, maxLength);
}
