import { classifyName } from './classify-name.js';
import type { Verdict } from './classify-sample.js';
import type { ColumnFacts } from './column-facts.js';

/**
 * Dates, numbers and points are kept without a decision; these names say that one is personal all the same: a date of birth, a phone, card or
 * identity number, a place on the map. Keys that lead elsewhere are never judged by name.
 */
export function personalByName({ column, owner }: ColumnFacts): Verdict | undefined {
  const { shape, name, isNotNull } = column;
  if (shape.kind !== 'scalar' || owner.foreignKeys.some(({ columns }) => columns.includes(name))) return undefined;
  const named = classifyName(name);
  if (!named?.isPersonal) return undefined;
  const reason = `named like ${named.what}`;
  if (named.isBirth && DATES.includes(shape.name)) return likely('birthDate', 'a date of birth tells people apart');
  if (named.isPlace && shape.name === 'point') return isNotNull ? undefined : likely('null', reason);
  const types = named.isPlace ? MEASURES : LONG_NUMBERS;
  const isNumbered = named.isPlace || (named.confidence === 'certain' && NUMBERED.includes(named.type));
  return isNumbered && types.includes(shape.name) ? likely(named.type, reason) : undefined;
}

const DATES = ['date', 'timestamp', 'timestamptz'];
const MEASURES = ['float4', 'float8', 'numeric'];
/** Others cannot hold a phone number: there, such a name is a count or a flag. */
const LONG_NUMBERS = ['int8', 'numeric'];
const NUMBERED: readonly string[] = ['phone', 'accountNumber', 'cardNumber', 'formatPreserving'];

function likely(anonymizationType: Verdict['anonymizationType'], reason: string): Verdict {
  return { anonymizationType, confidence: 'likely', reason };
}
