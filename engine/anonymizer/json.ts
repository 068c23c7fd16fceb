import type { ByteSink } from '../../contracts/value-masker.js';
import { ByteBuffer } from '../postgres/byte-buffer.js';
import { readString, writeString } from './byte-text.js';
import type { LeafMaskers, LeafNode } from './leaves.js';

/**
 * Rewrites the leaves of a JSON text without parsing it into numbers: what is not masked keeps its bytes, numbers their precision.
 * Undefined when the text is not JSON.
 */
export function mapJson(text: string, leaves: LeafMaskers): string | undefined {
  const from = Buffer.from(text);
  const out = new ByteBuffer(2 * from.length);
  return rewriteJson(from, 0, from.length, out, leaves) ? readString(out.bytes, 0, out.length) : undefined;
}

/** The same on bytes. False, and nothing written, when they are not JSON. */
export function rewriteJson(from: Buffer, at: number, stop: number, out: ByteSink, leaves: LeafMaskers): boolean {
  const start = out.length;
  try {
    new JsonRewriter(from, at, stop, out, leaves).run();
    return true;
  } catch (error) {
    out.length = start;
    if (error instanceof NotJson || error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Whether a text begins as a document or a string does. A number or a word alone is what other text is, too. */
export function looksLikeJson(bytes: Buffer, at: number, stop: number): boolean {
  let index = at;
  while (index < stop && isSpace(bytes[index] as number)) index++;
  const first = index < stop ? bytes[index] : undefined;
  return first === OPEN_BRACE || first === OPEN_BRACKET || first === QUOTE;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const AT_SIGN = 0x40;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LETTER_A = 0x61;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORDS = ['true', 'false', 'null'];
/** Deeper is left to nobody's stack. */
const DEEPEST = 1_000;

class NotJson extends Error {}

class JsonRewriter {
  #at: number;
  /** Up to where the text was written out. */
  #done: number;
  /** Of the string that was read last. */
  #isEscaped = false;

  constructor(
    readonly from: Buffer,
    start: number,
    readonly stop: number,
    readonly out: ByteSink,
    readonly leaves: LeafMaskers,
  ) {
    this.#at = start;
    this.#done = start;
  }

  run(): void {
    this.#space();
    this.#value(this.leaves.root, 0);
    this.#space();
    if (this.#at < this.stop) throw new NotJson();
    this.#copyUpTo(this.stop);
  }

  #value(node: LeafNode, depth: number): void {
    if (depth > DEEPEST) throw new NotJson();
    const first = this.from[this.#at];
    if (first === QUOTE) this.#string(node);
    else if (first === OPEN_BRACE) this.#members(node, depth);
    else if (first === OPEN_BRACKET) this.#elements(node, depth);
    else this.#word(node);
  }

  #members(node: LeafNode, depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept(CLOSE_BRACE)) return;
    let order = 0;
    do {
      this.#space();
      const child = this.#key(node, order++);
      this.#space();
      if (!this.#accept(COLON)) throw new NotJson();
      this.#space();
      this.#value(child, depth + 1);
      this.#space();
    } while (this.#accept(COMMA));
    if (!this.#accept(CLOSE_BRACE)) throw new NotJson();
  }

  /** Objects of one column mostly have the same keys in the same order. */
  #key(node: LeafNode, order: number): LeafNode {
    const start = this.#at;
    const expected = node.childAt(order);
    if (expected && this.#isKey(start, expected.key)) {
      this.#at = start + expected.key.length + 2;
      return expected;
    }
    this.#skipString();
    const key = this.#text(start);
    if (key.includes('@')) this.#replace(start, JSON.stringify(this.leaves.key(key)));
    return node.child(key);
  }

  /** Whether the quoted string at `start` is this key, which needs no escape. */
  #isKey(start: number, key: Buffer): boolean {
    const { from } = this;
    const last = start + key.length + 1;
    if (from[start] !== QUOTE || last >= this.stop || from[last] !== QUOTE) return false;
    for (let index = 0; index < key.length; index++) {
      const byte = key[index];
      if (from[start + 1 + index] !== byte || byte === AT_SIGN || byte === QUOTE || byte === BACKSLASH) return false;
    }
    return true;
  }

  #elements(node: LeafNode, depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept(CLOSE_BRACKET)) return;
    do {
      this.#space();
      this.#value(node, depth + 1);
      this.#space();
    } while (this.#accept(COMMA));
    if (!this.#accept(CLOSE_BRACKET)) throw new NotJson();
  }

  #string({ text: masker }: LeafNode): void {
    const start = this.#at;
    this.#skipString();
    if (!masker) return;
    if (!this.#isEscaped && masker.bytes && this.#maskBytes(masker.bytes, start + 1, this.#at - 1)) return;
    const value = this.#text(start);
    const masked = masker(value);
    if (masked !== value) this.#replace(start, masked === null ? 'null' : JSON.stringify(masked));
  }

  #maskBytes(mask: NonNullable<NonNullable<LeafNode['text']>['bytes']>, at: number, stop: number): boolean {
    const { out } = this;
    this.#copyUpTo(at);
    const start = out.length;
    if (mask(this.from, at, stop, out) && !needsEscape(out.bytes, start, out.length)) {
      this.#done = stop;
      return true;
    }
    out.length = start;
    return false;
  }

  #word({ number: masker }: LeafNode): void {
    const start = this.#at;
    const first = this.from[start] as number;
    while (this.#at < this.stop && isOfWord(this.from[this.#at] as number)) this.#at++;
    const isNumber = first < LETTER_A;
    if (isNumber && !masker && this.#isInteger(start)) return;
    const word = readString(this.from, start, this.#at);
    if (!NUMBER.test(word) && !WORDS.includes(word)) throw new NotJson();
    if (masker && isNumber) this.#replace(start, asNumber(masker(word)));
  }

  /** Without a leading zero, which JSON's numbers have none of. */
  #isInteger(start: number): boolean {
    if (this.from[start] === DIGIT_0 && this.#at > start + 1) return false;
    for (let index = start; index < this.#at; index++) {
      const byte = this.from[index] as number;
      if (byte < 0x30 || byte > 0x39) return false;
    }
    return this.#at > start;
  }

  /** Everything up to here stays as it is. */
  #copyUpTo(at: number): void {
    const { from, out } = this;
    const length = at - this.#done;
    out.reserve(length);
    if (length > 96) out.bytes.set(from.subarray(this.#done, at), out.length);
    else
      for (let index = 0; index < length; index++) out.bytes[out.length + index] = from[this.#done + index] as number;
    out.length += length;
    this.#done = at;
  }

  #replace(start: number, replacement: string): void {
    const { out } = this;
    this.#copyUpTo(start);
    out.reserve(3 * replacement.length);
    out.length = writeString(replacement, out.bytes, out.length);
    this.#done = this.#at;
  }

  /** What the string token that begins at `start` and ends here stands for. */
  #text(start: number): string {
    return this.#isEscaped
      ? (JSON.parse(readString(this.from, start, this.#at)) as string)
      : readString(this.from, start + 1, this.#at - 1);
  }

  #skipString(): void {
    const { from, stop } = this;
    if (from[this.#at] !== QUOTE) throw new NotJson();
    this.#isEscaped = false;
    for (let at = this.#at + 1; at < stop; at++) {
      const byte = from[at];
      if (byte === BACKSLASH) {
        this.#isEscaped = true;
        at++;
      } else if (byte === QUOTE) {
        this.#at = at + 1;
        return;
      }
    }
    throw new NotJson();
  }

  #space(): void {
    while (this.#at < this.stop && isSpace(this.from[this.#at] as number)) this.#at++;
  }

  #accept(byte: number): boolean {
    if (this.#at >= this.stop || this.from[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Letters, digits, and what numbers are written with. */
function isOfWord(byte: number): boolean {
  const isDigitOrLetter = (byte >= 0x30 && byte <= 0x39) || (byte >= LETTER_A && byte <= 0x7a) || byte === 0x45;
  return isDigitOrLetter || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function needsEscape(bytes: Buffer, at: number, stop: number): boolean {
  for (let index = at; index < stop; index++) {
    const byte = bytes[index] as number;
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return true;
  }
  return false;
}

/** A number stays one when what was made of it reads as one. */
function asNumber(masked: string | null): string {
  if (masked === null) return 'null';
  const digits = masked.replace(/^0+(?=\d)/, '');
  return NUMBER.test(digits) ? digits : JSON.stringify(masked);
}
