import type { AnonymizationType } from '../../contracts/anonymization.js';
import { type BytesMask, maskString } from './byte-text.js';
import type { SipHash } from './sip-hash.js';

/** What a generator may know of the column, besides the value. */
export interface MaskTools {
  /** Keyed with the domain's key. */
  hash: SipHash;
  /** Scalar type, as the catalog names it. */
  type: string;
  isUnique: boolean;
  preserveFormat: boolean;
  /** Values that differ in case alone are one. */
  foldsCase?: boolean;
  /** Characters that fit. */
  maxLength?: number;
  /** Digits that fit. */
  precision?: number;
  /** The source's value of the column that `relatedBy` names, in this row. Absent: each value for itself. */
  related?(): string | null;
  /** The same of `currencyColumn`. */
  currency?(): string | null;
}

/** Makes values. Rules, their checks, the documentation and the copy all read this record. */
export interface Generator {
  name: AnonymizationType;
  /** The default domain: generators of one family give equal values for equal input. */
  family: string;
  /** Scalar types it can make a value for. */
  types: readonly string[];
  /** Different values stay different without a change of form. Others get a token appended in unique columns. */
  injective: boolean;
  /** Characters that a unique column needs at least; Infinity: it cannot be unique. */
  uniqueLength: number;
  /** Characters without which no value is whole. Default: none. */
  leastLength?: number;
  /** `keeps`: letters stay upper or lower case in their places. `folds`: values that differ in case alone are one anyway. */
  letterCase?: 'keeps' | 'folds';
  /** What comes out, for people. */
  describe: string;
  /** A pure function of the value and the domain's key. Never called with a blank value. */
  mask(value: string, tools: MaskTools): string;
  /** The same on UTF-8 bytes, for whole COPY buffers. */
  maskBytes: BytesMask<MaskTools>;
}

/** It works on bytes, and through them on strings: one implementation. */
export function defineGenerator(
  generator: Omit<Generator, 'mask' | 'maskBytes'> & { maskBytes: BytesMask<MaskTools> },
): Generator {
  return { ...generator, mask: (value, tools) => maskString(generator.maskBytes, value, tools) };
}

/** Types whose text form is any text. */
export const TEXT_TYPES: readonly string[] = ['text', 'varchar', 'bpchar', 'citext', 'name'];
/** Numeric types that can hold a number which is really a name of something: an account, a phone. */
export const NUMBER_TYPES: readonly string[] = ['int2', 'int4', 'int8', 'numeric'];
