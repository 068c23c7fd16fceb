import type { RangeVar } from 'libpg-query';
import type { RelationName } from '../../contracts/relations.js';
import { showIdentifier } from '../postgres/quote.js';
import { relationOf, showRange } from './names.js';

/**
 * Where a statement belongs:
 * `object` with the section of the dump it stands in, `key` and `late` open the second section (pg_dump's post-data), `satellite` follows
 * the statement before it, `last` waits for the end wherever it stands.
 */
export type Place = 'object' | 'key' | 'late' | 'satellite' | 'last';

export interface StatementLabel {
  kind: string;
  name: string;
  relation?: RelationName | undefined;
  place: Place;
}

export function object(kind: string, name: string): StatementLabel {
  return { kind, name, place: 'object' };
}

export function late(kind: string, name: string): StatementLabel {
  return { kind, name, place: 'late' };
}

export function satellite(kind: string, name: string): StatementLabel {
  return { kind, name, place: 'satellite' };
}

export function ofRelation(kind: string, range: RangeVar | undefined, place: Place = 'object'): StatementLabel {
  return { kind, name: showRange(range), relation: relationOf(range), place };
}

export function ofPart(kind: string, range: RangeVar | undefined, part: string, place: Place): StatementLabel {
  return { kind, name: showPart(range, part), relation: relationOf(range), place };
}

export function showPart(range: RangeVar | undefined, part: string): string {
  return part ? `${showRange(range)}.${showIdentifier(part)}` : showRange(range);
}
