import { dictionaryOf } from '../dictionaries.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, token, withToken } from '../token.js';

const HIGHEST_NUMBER = 198;

export const address = defineGenerator({
  name: 'address',
  family: 'address',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: 'a number and a street, French or Arabic',
  mask(value, tools) {
    const suffix = token(tools.hash, value);
    const { high, low } = tools.hash;
    const { streets } = dictionaryOf(value);
    const street = streets[high % streets.length] as string;
    const number = 1 + (low % HIGHEST_NUMBER);
    const clip = (text: string) => (tools.maxLength === undefined ? text : text.slice(0, tools.maxLength).trimEnd());
    const masked = clip(`${number} ${street}`);
    const differing = masked === value ? clip(`${number + 1} ${street}`) : masked;
    return tools.isUnique ? withToken(differing, suffix, tools) : differing;
  },
});
