import type { LeafMasker, LeafMaskers } from './leaves.js';

/**
 * Rewrites the leaves of a JSON text without parsing it into numbers: what is not masked keeps its bytes, numbers their precision.
 * Undefined when the text is not JSON.
 */
export function mapJson(text: string, leaves: LeafMaskers): string | undefined {
  const reader = new JsonRewriter(text, leaves);
  return reader.run();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORD = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Deeper is left to nobody's stack. */
const DEEPEST = 1_000;

class NotJson extends Error {}

class JsonRewriter {
  #at = 0;
  #out = '';
  /** Up to where the text was written out. */
  #done = 0;
  readonly #path: string[] = [];

  constructor(
    readonly text: string,
    readonly leaves: LeafMaskers,
  ) {}

  run(): string | undefined {
    try {
      this.#space();
      this.#value(0);
      this.#space();
      if (this.#at < this.text.length) return undefined;
      return this.#out + this.text.slice(this.#done);
    } catch (error) {
      if (error instanceof NotJson || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  #value(depth: number): void {
    if (depth > DEEPEST) throw new NotJson();
    const first = this.text[this.#at];
    if (first === '{') this.#members(depth);
    else if (first === '[') this.#elements(depth);
    else if (first === '"') this.#string();
    else this.#word();
  }

  #members(depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept('}')) return;
    do {
      this.#space();
      const start = this.#at;
      const key = decode(this.#quoted());
      const masked = this.leaves.key(key);
      if (masked !== key) this.#replace(start, JSON.stringify(masked));
      this.#space();
      if (!this.#accept(':')) throw new NotJson();
      this.#space();
      this.#path.push(key);
      this.#value(depth + 1);
      this.#path.pop();
      this.#space();
    } while (this.#accept(','));
    if (!this.#accept('}')) throw new NotJson();
  }

  #elements(depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept(']')) return;
    do {
      this.#space();
      this.#value(depth + 1);
      this.#space();
    } while (this.#accept(','));
    if (!this.#accept(']')) throw new NotJson();
  }

  #string(): void {
    const start = this.#at;
    const token = this.#quoted();
    const masker = this.leaves.textAt(this.#path);
    if (!masker) return;
    const value = decode(token);
    const masked = masker(value);
    if (masked !== value) this.#replace(start, masked === null ? 'null' : JSON.stringify(masked));
  }

  #word(): void {
    const start = this.#at;
    const token = this.#token(WORD);
    if (token === 'true' || token === 'false' || token === 'null') return;
    const masker: LeafMasker = this.leaves.numberAt(this.#path);
    if (masker) this.#replace(start, asNumber(masker(token)));
  }

  #replace(start: number, replacement: string): void {
    this.#out += this.text.slice(this.#done, start) + replacement;
    this.#done = this.#at;
  }

  /** A string token. By hand: a pattern's backtracking would fill the stack on megabytes. */
  #quoted(): string {
    const start = this.#at;
    if (this.text.charCodeAt(start) !== QUOTE) throw new NotJson();
    for (let at = start + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) {
        this.#at = at + 1;
        return this.text.slice(start, at + 1);
      }
    }
    throw new NotJson();
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw new NotJson();
    this.#at += found.length;
    return found;
  }

  #space(): void {
    if (this.text.charCodeAt(this.#at) > 32) return;
    this.#token(SPACE);
  }

  #accept(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

function decode(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/** A number stays one when what was made of it reads as one. */
function asNumber(masked: string | null): string {
  if (masked === null) return 'null';
  const digits = masked.replace(/^0+(?=\d)/, '');
  return NUMBER.test(digits) ? digits : JSON.stringify(masked);
}
