import { cutAt, readString, writeString } from '../byte-text.js';
import { defineGenerator, TEXT_TYPES } from '../generator.js';
import { SHORTEST_TOKEN, token, writeWithToken } from '../token.js';
import { mask } from './mask.js';

/** Of well-known schemes: another one, of an application, can name anything. */
const URL_PARTS =
  /^((?:https?|wss?|s?ftp|ftps|file|ssh|git|s3|gs|ldaps?|imaps?|smtps?|rtmps?|rtsp|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?):\/\/)(?:[^/?#]*@)?([^/?#@]*?)(:\d+)?(\/[^?#]*)?(\?[^#]*)?(#.*)?$/is;

export const url = defineGenerator({
  name: 'url',
  family: 'url',
  types: TEXT_TYPES,
  injective: false,
  uniqueLength: SHORTEST_TOKEN,
  describe: '`<hash>.example` with the same scheme, port and keys; path and values are masked, as is other text',
  maskBytes(from, at, stop, into, to, tools) {
    const parts = URL_PARTS.exec(readString(from, at, stop));
    if (!parts) return mask.maskBytes(from, at, stop, into, to, tools);
    const [, scheme = '', host = '', port = '', path = '', query = '', fragment = ''] = parts;
    const cover = (text: string) =>
      mask.mask(text.replace(/%[\da-f]{2}/gi, 'x'), {
        hash: tools.hash,
        type: 'text',
        isUnique: false,
        preserveFormat: false,
      });
    const values = query.replace(
      /([?&])([^=&]*=)?([^&]*)/g,
      (_, mark: string, key = '', value: string) => mark + (isPersonal(key) ? cover(key) : key) + cover(value),
    );
    const covered = `${scheme}${host && `${token(tools.hash, host.toLowerCase())}.example`}${port}${cover(path)}${values}${cover(fragment)}`;
    if (covered === parts[0]) return mask.maskBytes(from, at, stop, into, to, tools);
    const end = writeString(covered, into, to);
    if (tools.isUnique)
      return writeWithToken(tools.hash.range(from, at, stop), into, to, end, { ...tools, separator: SLASH });
    return tools.maxLength === undefined ? end : cutAt(into, to, end, tools.maxLength);
  },
});

const SLASH = 0x2f;

/** A key that may be data: an address, something encoded, a number. */
function isPersonal(key: string): boolean {
  return /[@%]|(?:\d\D*){6}/.test(key);
}
