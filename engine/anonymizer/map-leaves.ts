import type { TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { mapArray, mapComposite } from './containers.js';

export interface LeafPlace {
  /** Scalar type. */
  type: string;
  /** Names of the composite fields on the way. */
  path: readonly string[];
}

/** Carries a masker of scalars through arrays and composites; undefined when no leaf has one. */
export function mapLeaves(
  shape: TypeShape,
  maskerAt: (place: LeafPlace) => ValueMasker | undefined,
  isWholeComposite = false,
  path: readonly string[] = [],
): ValueMasker | undefined {
  if (shape.kind === 'array') {
    const element = mapLeaves(shape.element, maskerAt, isWholeComposite, path);
    if (!element) return undefined;
    const masker: ValueMasker = (value) => mapArray(value, shape.delimiter, element);
    masker.elements = element;
    return masker;
  }
  if (shape.kind === 'composite' && !isWholeComposite) {
    const fields = shape.fields.map(({ name, type }) => mapLeaves(type, maskerAt, false, [...path, name]));
    return fields.some(Boolean) ? (value) => mapComposite(value, fields) : undefined;
  }
  if (shape.kind === 'scalar') return maskerAt({ type: shape.name, path });
  return isWholeComposite ? maskerAt({ type: shape.kind, path }) : undefined;
}
