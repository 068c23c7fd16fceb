import { Draw, mix } from './draw.js';

/** A version 4 UUID; those of one topic differ, for the row is mixed into the first eight digits by a permutation. */
export function uuid(seed: number, topic: number, row: number): string {
  const draw = new Draw(seed, topic, row);
  const first = hex(mix(row ^ mix(seed ^ topic)));
  const [second, third, fourth] = [hex(draw.word()), hex(draw.word()), hex(draw.word())];
  return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-a${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
}

/** `\x…` of as many random bytes, after a PNG's signature. */
export function picture(draw: Draw, bytes: number): string {
  let content = '\\x89504e470d0a1a0a';
  for (let done = 8; done < bytes; done += 4) content += hex(draw.word());
  return content;
}

/** An IBAN whose check digits are right (ISO 7064, mod 97-10) of an account that nobody has. */
export function iban(country: string, account: string): string {
  let rest = 0;
  for (const symbol of `${account}${country}00`) {
    const value = Number.parseInt(symbol, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return country + String(98 - rest).padStart(2, '0') + account;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
