import type { TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { TEXT_TYPES } from './generator.js';

const EMPTY: Record<string, string> = { hstore: '', tsvector: '', xml: '', bytea: '\\x' };

/** What makes an empty value of the same kind, or undefined when the type has none. */
export function emptyOf(shape: TypeShape): ValueMasker | undefined {
  if (shape.kind === 'array') return alwaysOf('{}');
  if (shape.kind !== 'scalar') return undefined;
  if (shape.name === 'json' || shape.name === 'jsonb') return emptyJson;
  const empty = TEXT_TYPES.includes(shape.name) ? '' : EMPTY[shape.name];
  return empty === undefined ? undefined : alwaysOf(empty);
}

/** A masker that never looks at the value. */
export function alwaysOf(masked: string | null): ValueMasker {
  return Object.assign(() => masked, { isBlind: true });
}

function emptyJson(value: string): string {
  const first = value.trimStart().charAt(0);
  if (first === '{') return '{}';
  if (first === '[') return '[]';
  return first === '"' ? '""' : 'null';
}
