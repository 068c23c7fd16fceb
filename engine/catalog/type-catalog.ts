import type { TypeShape } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { groupBy } from './group-by.js';
import { isUserSchema } from './user-objects.js';

/** What columns need to know of their types. */
export interface TypeCatalog {
  shapeOf(type: number): TypeShape;
  /** The binary form of values means the same in another database: no OID that only this one knows, and both directions exist. */
  isBinaryPortable(type: number): boolean;
  /** Most characters of a value (of an array's element): of varchar and char, domains included. `modifier` is the column's own. */
  maxLengthOf(type: number, modifier: number): number | undefined;
  /** Digits of `numeric(p, s)`, or undefined. */
  precisionOf(type: number, modifier: number): number | undefined;
  /** The type is a domain that refuses null. */
  isNotNull(type: number): boolean;
  isDomain(type: number): boolean;
}

/** Reads all types at once; shapes are put together in memory. */
export async function readTypeCatalog(session: Session): Promise<TypeCatalog> {
  const types = new Map((await session.query<TypeRow>(typesSql(session.serverMajor))).map((row) => [row.oid, row]));
  const fields = groupBy(await session.query<FieldRow>(FIELDS), ({ relation }) => relation);
  const labels = new Map(
    (await session.query<{ type: number; labels: string[] }>(LABELS)).map(({ type, labels }) => [type, labels]),
  );
  return createTypeCatalog({ types, fields, labels });
}

interface TypeRow {
  oid: number;
  name: string;
  /** `pg_type.typtype` */
  kind: string;
  /** Of a domain: the type it is made of, and that type's modifier; otherwise 0 and -1. */
  base: number;
  modifier: number;
  isNotNull: boolean;
  /** Of a composite, its relation; otherwise 0. */
  relation: number;
  /** Of an array; otherwise 0. */
  element: number;
  delimiter: string;
  /** Of a range or multirange; otherwise null. */
  subtype: number | null;
  hasBinary: boolean;
}

interface FieldRow {
  relation: number;
  name: string;
  type: number;
}

interface TypeTables {
  types: ReadonlyMap<number, TypeRow>;
  fields: ReadonlyMap<number, FieldRow[]>;
  labels: ReadonlyMap<number, string[]>;
}

function createTypeCatalog({ types, fields, labels }: TypeTables): TypeCatalog {
  const shapes = new Map<number, TypeShape>();

  function shapeOf(oid: number): TypeShape {
    const known = shapes.get(oid);
    if (known) return known;
    const shape = buildShape(types.get(oid));
    shapes.set(oid, shape);
    return shape;
  }

  function buildShape(type: TypeRow | undefined): TypeShape {
    if (!type) return { kind: 'scalar', name: 'unknown' };
    if (type.kind === 'd') return shapeOf(type.base);
    if (type.kind === 'e') return { kind: 'enum', labels: labels.get(type.oid) ?? [] };
    if (type.kind === 'c') return { kind: 'composite', fields: fieldsOf(type).map(toField) };
    if (type.subtype !== null) return { kind: 'range', subtype: shapeOf(type.subtype) };
    if (type.element === 0) return { kind: 'scalar', name: type.name };
    return { kind: 'array', element: shapeOf(type.element), delimiter: types.get(type.element)?.delimiter ?? ',' };
  }

  const toField = ({ name, type }: FieldRow) => ({ name, type: shapeOf(type) });

  function fieldsOf(type: TypeRow): FieldRow[] {
    return fields.get(type.relation) ?? [];
  }

  function isBinaryPortable(oid: number): boolean {
    const type = types.get(oid);
    if (!type?.hasBinary) return false;
    if (type.kind === 'd') return isBinaryPortable(type.base);
    if (type.kind === 'e') return true; // its label
    if (type.subtype !== null) return isBinaryPortable(type.subtype); // bounds only
    if (type.kind === 'c')
      return fieldsOf(type).length > 0 && fieldsOf(type).every((field) => isBuiltinPortable(field.type));
    if (type.element !== 0) return isBuiltinPortable(type.element);
    return !(isBuiltin(oid) && (OID_ALIAS.test(type.name) || SENDS_MORE.test(type.name)));
  }

  /** Arrays and composites carry the OIDs of what is in them. */
  function isBuiltinPortable(oid: number): boolean {
    return isBuiltin(oid) && isBinaryPortable(oid);
  }

  function maxLengthOf(oid: number, modifier: number): number | undefined {
    const type = types.get(oid);
    if (!type) return undefined;
    if (type.kind === 'd') return maxLengthOf(type.base, type.modifier);
    if (type.element !== 0) return maxLengthOf(type.element, modifier);
    const isLimited = (oid === VARCHAR || oid === BPCHAR) && modifier >= LENGTH_HEADER;
    return isLimited ? modifier - LENGTH_HEADER : undefined;
  }

  function isNotNull(oid: number): boolean {
    const type = types.get(oid);
    return type?.kind === 'd' && (type.isNotNull || isNotNull(type.base));
  }

  function precisionOf(oid: number, modifier: number): number | undefined {
    const type = types.get(oid);
    if (type?.kind === 'd') return precisionOf(type.base, type.modifier);
    return oid === NUMERIC && modifier >= 4 ? ((modifier - 4) >> 16) & 0xffff : undefined; // numeric_in's typmod
  }

  return {
    shapeOf,
    isBinaryPortable,
    maxLengthOf,
    precisionOf,
    isNotNull,
    isDomain: (oid) => types.get(oid)?.kind === 'd',
  };
}

const BPCHAR = 1042;
const VARCHAR = 1043;
const NUMERIC = 1700;
/** `atttypmod` counts the four bytes of a length word that is no longer there. */
const LENGTH_HEADER = 4;

/** `regclass`, `regproc`, …: an OID of this database in binary, a name in text. */
const OID_ALIAS = /^reg[a-z]+$/;

/** Types whose empty value is sent in a form that they refuse to receive: `invalid int2vector data`. */
const SENDS_MORE = /^(?:int2vector|oidvector|tsquery)$/;

/** From 10,000 on, OIDs are given out when a database cluster is made and may differ in the next. */
function isBuiltin(oid: number): boolean {
  return oid < 10_000;
}

function typesSql(serverMajor: number): string {
  const range =
    serverMajor >= 14 ? "t.typtype in ('r', 'm') and t.oid in (r.rngtypid, r.rngmultitypid)" : 'r.rngtypid = t.oid';
  return `
    select t.oid, t.typname::text as name, t.typtype::text as kind, t.typbasetype as base, t.typtypmod as modifier,
           t.typnotnull as "isNotNull", t.typrelid as relation,
           case when t.typinput = 'array_in'::regproc then t.typelem else 0 end as element,
           t.typdelim::text as delimiter, r.rngsubtype as subtype,
           t.typsend::oid <> 0 and t.typreceive::oid <> 0 as "hasBinary"
      from pg_type t
      left join pg_range r on ${range}`;
}

/** The attributes of everything that can be the type of a column. */
const FIELDS = `
  select a.attrelid as relation, a.attname::text as name, a.atttypid as type
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
   where a.attnum > 0 and not a.attisdropped and c.relkind in ('c', 'r', 'p', 'f', 'v', 'm') and ${isUserSchema('n')}
   order by a.attrelid, a.attnum`;

const LABELS = `
  select e.enumtypid as type, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
    from pg_enum e
   group by e.enumtypid`;
