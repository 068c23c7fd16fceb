/** Loaded further than this, probing gets slow. */
const LOAD = 0.7;
const SMALLEST = 1 << 12;

/** A set of 64-bit hashes in two words each: 12 to 23 bytes a hash, nothing for the garbage collector to see. */
export class HashSet {
  #slots: Uint32Array;
  #mask: number;
  #size = 0;

  constructor() {
    this.#slots = new Uint32Array(2 * SMALLEST);
    this.#mask = SMALLEST - 1;
  }

  get size(): number {
    return this.#size;
  }

  add(high: number, low: number): void {
    if (this.#size >= LOAD * (this.#mask + 1)) this.#grow();
    if (this.#insert(high, low)) this.#size++;
  }

  has(high: number, low: number): boolean {
    const at = this.#find(high, low);
    return this.#slots[at] === high && this.#slots[at + 1] === wordOf(high, low);
  }

  #insert(high: number, low: number): boolean {
    const word = wordOf(high, low);
    const at = this.#find(high, low);
    if (this.#slots[at] === high && this.#slots[at + 1] === word) return false;
    this.#slots[at] = high;
    this.#slots[at + 1] = word;
    return true;
  }

  /** Where the hash is, or the free slot where it would go. */
  #find(high: number, low: number): number {
    const word = wordOf(high, low);
    for (let slot = word & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = 2 * slot;
      const first = this.#slots[at];
      const second = this.#slots[at + 1];
      if ((first === 0 && second === 0) || (first === high && second === word)) return at;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    this.#mask = this.#slots.length / 2 - 1;
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      const low = before[at + 1] ?? 0;
      if (high !== 0 || low !== 0) this.#insert(high, low);
    }
  }
}

/** Two zero words mark a free slot, so the hash 0 is kept as 1. */
function wordOf(high: number, low: number): number {
  return high === 0 && low === 0 ? 1 : low;
}
