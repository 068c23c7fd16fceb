const ESCAPED = /\\u[\da-f]{4}|\\[nrtbf]|%[2-7][\da-f]/i;
const ESCAPES = /\\u([\da-f]{4})|\\([nrtbf])|%([2-7][\da-f])/gi;
/** JSON in a text of JSON in a text of JSON. */
const DEEPEST = 3;

/** A text as who reads it has it: JSON's `\\u0040` and `\\n`, and a link's `%40`, as what they stand for; what is escaped several times too. */
export function unescapedText(text: string): string {
  let plain = text;
  for (let depth = 0; depth < DEEPEST && ESCAPED.test(plain); depth++) {
    plain = plain
      .replace(/\\\\(?=u[\da-f]{4}|[nrtbf])/gi, '\\')
      .replace(ESCAPES, (_escape, unit?: string, space?: string, byte?: string) =>
        space ? ' ' : String.fromCharCode(Number.parseInt(unit ?? byte ?? '', 16)),
      );
  }
  return plain;
}
