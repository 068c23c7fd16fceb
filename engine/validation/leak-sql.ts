import type { RelationName } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import { candidateOf, evidenceOf } from './leak-evidence.js';
import type { LeakSubject } from './leak-subjects.js';
import { filterAnd } from './table-filter.js';

/** One of `passes` parts of the values, chosen by hash. `passes` is a power of two. */
export interface LeakPass {
  pass: number;
  passes: number;
}

export interface HashesInput extends LeakPass {
  subject: LeakSubject;
  relation: RelationName;
  /** Source and target store text in different encodings, so bytes are compared as UTF-8. */
  isMixedEncoding: boolean;
  /** With a key, `target` also gives, after each hash, that of the value alone. */
  side: 'source' | 'target';
  /** Default `candidates`: all that the target is ever asked for, for only what the source gave can be found again. */
  texts?: SourceTexts;
}

/** `candidates`: every value that is not too short. `evidence`: those whose being found again proves something. */
export type SourceTexts = 'candidates' | 'evidence';

/**
 * A binary COPY of one int8 a masked column: the hash of (key, value), or of the value when there is no key; NULL where the value is no evidence.
 * `hashtextextended` gives the same hash on every supported version. `offset 0` keeps each expression from being computed twice.
 */
export function copyHashes(input: HashesInput): string {
  return `copy (${input.subject.key ? rowHashes(input, input.subject.key) : valueHashes(input)}) to stdout (format binary)`;
}

function rowHashes(input: HashesInput, key: string[]): string {
  const { subject, relation, pass, passes, side, ...encoding } = input;
  const keyText = key.map((column) => `t.${quoteIdentifier(column)}::text`).join(` || ${SEPARATOR} || `);
  const isInPass = passes > 1 ? `(${hash(keyText, KEY_SEED, encoding)} & ${passes - 1}) = ${pass}` : undefined;
  const hashes = subject.columns.flatMap((_, at) => [
    hash(`key || ${SEPARATOR} || v${at}`, at, encoding),
    ...(side === 'target' ? [hash(`v${at}`, at, encoding)] : []),
  ]);
  return `
    select ${hashes.join(', ')}
      from (
        select ${keyText} as key, ${texts(input)}
          from only ${quoteRelation(relation)} t${filterAnd(subject.where, isInPass)}
        offset 0
      ) r`;
}

function valueHashes(input: HashesInput): string {
  const { subject, relation, pass, passes, ...encoding } = input;
  const hashes = subject.columns.map((_, at) => `${hash(`v${at}`, at, encoding)} as h${at}`);
  const parts = subject.columns.map((_, at) => `case when ((h${at} >> 52) & ${passes - 1}) = ${pass} then h${at} end`);
  return `
    select ${parts.join(', ')}
      from (
        select ${hashes.join(', ')}
          from (
            select ${texts(input)}
              from only ${quoteRelation(relation)} t${filterAnd(subject.where, undefined)}
            offset 0
          ) r
        offset 0
      ) h`;
}

/** `v0`, `v1`, …: the text of each masked column, NULL where an equal text would prove nothing. */
function texts({ subject, texts }: HashesInput): string {
  const textOf = texts === 'evidence' ? evidenceOf : candidateOf;
  return subject.columns.map((column, at) => `${textOf(column, subject)} as v${at}`).join(', ');
}

function hash(text: string, seed: number, { isMixedEncoding }: { isMixedEncoding: boolean }): string {
  const bytes = isMixedEncoding ? `encode(convert_to(${text}, 'UTF8'), 'hex')` : `(${text})`;
  return `hashtextextended(${bytes} collate "C", ${seed})`;
}

/** A control character that separates a key from a value, so that ("a", "bc") is not ("ab", "c"). */
const SEPARATOR = 'chr(31)';
const KEY_SEED = 4711;
