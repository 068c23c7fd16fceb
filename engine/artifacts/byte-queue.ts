/** Bytes in the order they came, taken in other portions than they came in. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** All of them, without taking them. */
  peek(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** The first `size`; there have to be as many. */
  take(size: number): Buffer {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      const first = this.#chunks[0];
      if (!first) throw new RangeError(`${size} bytes were taken of ${this.#length}`);
      if (first.length <= missing) {
        parts.push(first);
        this.#chunks.shift();
      } else {
        parts.push(first.subarray(0, missing));
        this.#chunks[0] = first.subarray(missing);
      }
      missing -= Math.min(missing, first.length);
    }
    this.#length -= size;
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }
}
