const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;

/** How COPY's text format writes NULL. */
export const NULL_FIELD = Buffer.from([BACKSLASH, CAPITAL_N]);

/** NULL, and no string: a backslash of a value is always doubled. */
export function isNullField(bytes: Buffer, at: number, stop: number): boolean {
  return stop - at === 2 && bytes[at] === BACKSLASH && bytes[at + 1] === CAPITAL_N;
}

export interface FieldPosition {
  at: number;
  stop: number;
  isAscii: boolean;
  hasEscape: boolean;
}

/** The value that a field stands for; not for NULL. */
export function decodeField(bytes: Buffer, { at, stop, isAscii, hasEscape }: FieldPosition): string {
  const text = bytes.toString(isAscii ? 'latin1' : 'utf8', at, stop);
  return hasEscape ? text.replace(/\\(.)/gs, (_, letter: string) => MEANINGS[letter] ?? letter) : text;
}

/** What COPY writes after a backslash. */
const MEANINGS: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The field that stands for a value. */
export function escapeField(value: string): string {
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
