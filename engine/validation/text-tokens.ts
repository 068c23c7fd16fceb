/** What in a text may be an e-mail address or a number that names somebody. */
export interface TextTokens {
  /** In lower case. */
  emails: string[];
  /** Nine digits and more, as they are grouped, with a sign or bracket before them. */
  numbers: string[];
}

const NONE: TextTokens = { emails: [], numbers: [] };
const SHORTEST = 6;

export function tokensOf(text: string): TextTokens {
  if (text.length < SHORTEST) return NONE;
  return { emails: emailsIn(text), numbers: text.match(NUMBER) ?? [] };
}

/** Not a part of a word, of a decimal fraction, or of a longer number. */
const NUMBER = /(?<![\p{L}\d.,_-])[+(]{0,2}\d(?:[ ().-]{0,2}\d){8,18}(?![\d\p{L}_-])/gu;
const LONGEST_LOCAL = 64;

/** Around each @: pictures of an address, and what looks like one in a link. */
export function emailsIn(text: string): string[] {
  const emails: string[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < LONGEST_LOCAL && isLocal(text.charCodeAt(start - 1))) start--;
    let stop = at + 1;
    while (stop < text.length && isHost(text.charCodeAt(stop))) stop++;
    const host = text.slice(at + 1, stop).replace(/[.-]+$/, '');
    if (start < at && HOST.test(host)) emails.push(`${text.slice(start, at)}@${host}`.toLowerCase());
  }
  return emails;
}

/** A name, a dot, and a last part of letters. */
const HOST = /^[^.-].*\.\D{2,}$/;

function isLocal(code: number): boolean {
  return isHost(code) || code === UNDERSCORE || code === PLUS || code === PERCENT;
}

/** Letters, digits, dot and hyphen, and letters of any other script. */
function isHost(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === DOT ||
    code === HYPHEN ||
    (code >= FIRST_LETTER_BEYOND_ASCII && !(code >= 0x2000 && code <= 0x206f))
  );
}

const DOT = 0x2e;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;
const PLUS = 0x2b;
const PERCENT = 0x25;
/** Before it, Latin-1 has signs: « is no part of an address. */
const FIRST_LETTER_BEYOND_ASCII = 0xc0;
