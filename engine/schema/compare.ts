import type { SchemaDefinition, SchemaDiff, SchemaDifference, SchemaStatement } from '../../contracts/schema.js';
import { withoutGrantor } from './grantor.js';
import { withoutNeedlessQuotes } from './names.js';
import { isSameMeaning } from './same-meaning.js';
import { aboutAny, type ObjectName } from './satellites.js';

/** Their text holds addresses and logins of other servers. */
const UNSPOKEN_KINDS = new Set(['server', 'user mapping', 'subscription']);

interface CompareOptions {
  /** Objects that the target has otherwise, or not at all, on purpose. */
  except?: readonly ObjectName[];
  /** Of different major versions: expressions are compared without what versions write differently. Default `false`. */
  isLoose?: boolean;
}

/** What differs between two databases, object by object; owners, privileges and comments are objects too. */
export function compareSchemas(
  source: SchemaDefinition,
  target: SchemaDefinition,
  { except = [] }: { except?: readonly ObjectName[] } = {},
): SchemaDiff {
  const [sourceMajor, targetMajor] = [source, target].map(({ serverVersion }) => Math.floor(serverVersion / 10_000));
  const isLoose = sourceMajor !== targetMajor;
  const differences = compareStatements(source.statements, target.statements, { except, isLoose });
  return {
    source: source.environment,
    target: target.environment,
    isEqual: differences.length === 0,
    differences,
  };
}

/** The same for two lists of statements. The order of a dump is not a difference. */
export function compareStatements(
  source: readonly SchemaStatement[],
  target: readonly SchemaStatement[],
  { except = [], isLoose = false }: CompareOptions = {},
): SchemaDifference[] {
  const isExcepted = aboutAny(except);
  const [sources, targets] = [source, target].map(
    (list) => new Map(list.filter((one) => !isExcepted(one)).map((one) => [`${one.kind} ${one.name}`, one])),
  ) as [Map<string, SchemaStatement>, Map<string, SchemaStatement>];
  const normalForm = isLoose ? looseForm : exactForm;
  const differences: SchemaDifference[] = [];
  for (const [key, one] of sources) {
    const other = targets.get(key);
    if (!other) differences.push(difference('missing', one, undefined));
    else if (normalForm(one) !== normalForm(other) && !isSameMeaning(one.sql, other.sql)) {
      differences.push(difference('different', one, other));
    }
  }
  for (const [key, other] of targets) {
    if (!sources.has(key)) differences.push(difference('unexpected', undefined, other));
  }
  return differences;
}

function difference(
  change: SchemaDifference['change'],
  source: SchemaStatement | undefined,
  target: SchemaStatement | undefined,
): SchemaDifference {
  const { kind = '', name = '' } = source ?? target ?? {};
  const isSpoken = !UNSPOKEN_KINDS.has(kind);
  return {
    kind,
    name,
    change,
    ...(isSpoken && source && { source: source.sql }),
    ...(isSpoken && target && { target: target.sql }),
  };
}

/**
 * Versions of pg_dump write `ALTER TABLE` or `ALTER VIEW … OWNER TO`, with ONLY or without. Which tablespace holds an object is the
 * server's matter, and who granted a privilege may be lost.
 */
function exactForm({ kind, sql }: SchemaStatement): string {
  if (kind === 'owner') return withoutNeedlessQuotes(sql.slice(sql.lastIndexOf(' OWNER TO ')));
  return withoutNeedlessQuotes(withoutGrantor(sql))
    .replace(/^SELECT pg_catalog\.set_config\('default_tablespace',.*?;\n(.*);\nSET default_tablespace = ''$/s, '$1')
    .replace(/^(ALTER (?:FOREIGN )?TABLE) ONLY /, '$1 ')
    .replace(/\s+/g, ' ');
}

/** Versions of the server qualify columns, set parentheses, name what belongs to a range and write ICU's locales differently. */
function looseForm(statement: SchemaStatement): string {
  return exactForm(statement)
    .replace(/([(,] ?)IN (?=["\w])/g, '$1')
    .replace(/, multirange_type_name = [^\s,)]+/, '')
    .replace(/^(CREATE COLLATION .*provider = icu.*), locale = '[^']*'/, '$1')
    .replace(/(?:"(?:[^"]|"")+"|[\w$]+)\.(?=["\w$*])/g, '')
    .replace(/[\s()]/g, '');
}
