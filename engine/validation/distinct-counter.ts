const BITS = 1 << 20;

/** Estimates how many different hashes it has seen in 128 KB, by linear counting: exact while few, within a percent at a million. */
export class DistinctCounter {
  #bits = new Uint8Array(BITS / 8);
  #used = 0;

  add(high: number): void {
    const bit = high & (BITS - 1);
    const mask = 1 << (bit & 7);
    const byte = this.#bits[bit >> 3] ?? 0;
    if (byte & mask) return;
    this.#bits[bit >> 3] = byte | mask;
    this.#used++;
  }

  get count(): number {
    if (this.#used === BITS) return 14 * BITS; // full: beyond what the estimate can tell apart
    return Math.round(-BITS * Math.log1p(-this.#used / BITS));
  }
}
