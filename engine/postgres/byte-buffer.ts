/** What is no longer than this is written one by one: a native call costs more than it saves. */
const SHORT = 96;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
const LAST_ASCII = 0x7f;

/** Bytes as they are written, in a buffer that grows. */
export class ByteBuffer {
  bytes: Buffer;
  length = 0;

  constructor(expectedBytes: number) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** What was written. */
  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe((this.length + bytes) * 2);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  append(from: Uint8Array, at = 0, stop = from.length): void {
    if (stop <= at) return;
    this.reserve(stop - at);
    if (stop - at > SHORT) this.bytes.set(from.subarray(at, stop), this.length);
    else for (let to = this.length, index = at; index < stop; ) this.bytes[to++] = from[index++] as number;
    this.length += stop - at;
  }

  /** Writes UTF-8. Nearly every masked value is short ASCII. */
  writeText(value: string): void {
    const length = value.length;
    this.reserve(length * BYTES_PER_UNIT);
    if (length > SHORT || !this.#writeShort(value)) {
      this.length += this.bytes.write(value, this.length, 'utf8');
    }
  }

  writeInt32(value: number): void {
    this.reserve(4);
    this.setInt32(this.length, value);
    this.length += 4;
  }

  setInt32(at: number, value: number): void {
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
  }

  #writeShort(value: string): boolean {
    const bytes = this.bytes;
    let to = this.length;
    for (let at = 0; at < value.length; at++) {
      const unit = value.charCodeAt(at);
      if (unit > LAST_ASCII) return false;
      bytes[to++] = unit;
    }
    this.length = to;
    return true;
  }
}
