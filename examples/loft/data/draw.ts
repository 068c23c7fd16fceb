/** Numbers that depend on nothing but where they are drawn: (seed, topic, row). Any row can be made again without the ones before it. */
export class Draw {
  #state: number;

  constructor(seed: number, topic: number, row: number) {
    this.#state = mix(mix(seed ^ topic) + Math.imul(row, 0x9e3779b1));
  }

  /** 0 to 2³² - 1. The generator is mulberry32. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  }

  /** 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }

  between(lowest: number, highest: number): number {
    return lowest + this.below(highest - lowest + 1);
  }

  chance(probability: number): boolean {
    return this.word() < probability * 2 ** 32;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  digits(count: number): string {
    let result = '';
    while (result.length < count) result += String(this.below(1_000_000)).padStart(6, '0');
    return result.slice(0, count);
  }
}

/** A number that names a topic, for `Draw`. FNV-1a. */
export function topicOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A permutation of 32 bits: MurmurHash3's finalizer. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
