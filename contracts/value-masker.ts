/** Where masked bytes are written: behind `length`, after making room for them. */
export interface ByteSink {
  bytes: Buffer;
  length: number;
  reserve(bytes: number): void;
}

/** Masks one value that is not null: from its text form to the masked text form, or to null, which stores NULL. */
export interface ValueMasker {
  (value: string): string | null;
  /**
   * The same for a text's UTF-8 bytes, without making strings. False, and nothing written, when only the string form can mask the value.
   * Absent where it would not be faster.
   */
  bytes?(from: Buffer, at: number, stop: number, out: ByteSink): boolean;
  /** It makes the same of every value, and is called with an empty one: the value's own bytes need not be kept. */
  isBlind?: boolean;
  /** It only reads the value: the same bytes go on. */
  keeps?: boolean;
  /** Of an array: the masker of its elements. Those that are null stay. */
  elements?: ValueMasker;
}

/** One entry per column of the TablePlan; `undefined`: the bytes pass. */
export interface TableMasker {
  columns: (ValueMasker | undefined)[];
  /** To be called behind each row, by who has maskers that read other columns of it. */
  endRow?: (() => void) | undefined;
}
