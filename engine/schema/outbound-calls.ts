import type { RelationName } from '../../contracts/relations.js';
import type { FunctionDefinition, SchemaStatement } from '../../contracts/schema.js';
import { showRelation } from '../postgres/quote.js';

/** The way out that a piece of SQL takes, `public.notify_partner → net.http_post`; nothing when it stays inside. */
export type FindOutboundCall = (sql: string) => string | undefined;

/** Finds calls of what reaches other machines: directly, or through functions of the database however deep. */
export function outboundCalls(
  statements: readonly SchemaStatement[],
  functions: readonly FunctionDefinition[],
): FindOutboundCall {
  const known: { call: RegExp; way: string }[] = [];
  const find: FindOutboundCall = (sql) => directCall(sql) ?? known.find(({ call }) => call.test(sql))?.way;
  let unknown = routinesOf(statements, functions);
  for (;;) {
    const reaching = unknown.map((routine) => ({ routine, way: routine.texts.map(find).find(Boolean) }));
    const found = reaching.filter(({ way }) => way !== undefined);
    if (found.length === 0) return find;
    for (const { routine, way } of found) {
      known.push({ call: callOf(routine), way: `${showRelation(routine)} → ${way}` });
    }
    unknown = reaching.filter(({ way }) => way === undefined).map(({ routine }) => routine);
  }
}

/** Functions of extensions, and COPY's way to a program. */
const DIRECT_CALLS: readonly RegExp[] = [
  /(?<![\w$])"?net"?\s*\.\s*"?http_\w+/i,
  /(?<![\w$])"?supabase_functions"?\s*\.\s*"?http_request/i,
  /(?<![\w$])http(?:_(?:get|post|put|patch|delete|head))?"?\s*\(/i,
  /(?<![\w$])dblink\w*"?\s*\(/i,
  /(?<![\w$])"?aws_(?:lambda|s3)"?\s*\.\s*"?\w+/i,
  /(?<![\w$])copy\s[^;]*?\sprogram(?=\s)/i,
];

/** Languages that open sockets without an extension, and the words that this takes. */
const FREE_LANGUAGE = /\blanguage\s+"?(?:plpython\w*|plperlu|pltclu|plsh)\b/i;
const NETWORK_WORD = /\b(?:urllib\w*|requests|https?|sockets?|smtplib|curl|wget)\b/i;

function directCall(sql: string): string | undefined {
  for (const call of DIRECT_CALLS) {
    const [found] = call.exec(sql) ?? [];
    if (found) return found.startsWith('copy') ? 'COPY … PROGRAM' : found.replace(/[\s"(]/g, '');
  }
  return FREE_LANGUAGE.test(sql) ? NETWORK_WORD.exec(sql)?.[0] : undefined;
}

interface Routine extends RelationName {
  texts: string[];
}

/** Bodies by name, overloads together: as the dump writes them (it has those of BEGIN ATOMIC), and as the catalog does (it has those of extensions). */
function routinesOf(statements: readonly SchemaStatement[], functions: readonly FunctionDefinition[]): Routine[] {
  const routines = new Map<string, Routine>();
  for (const { schema, name, body, language } of functions) {
    const key = showRelation({ schema, name });
    const routine = routines.get(key) ?? { schema, name, texts: [] };
    routine.texts.push(`LANGUAGE ${language} ${body}`);
    routines.set(key, routine);
  }
  for (const { kind, name, sql } of statements) {
    if (kind !== 'function' && kind !== 'procedure') continue;
    const key = name.slice(0, name.lastIndexOf('('));
    const routine = routines.get(key) ?? { ...unquoted(key), texts: [] };
    routine.texts.push(sql.slice(Math.max(0, sql.search(/\bLANGUAGE\s/)))); // without its own name
    routines.set(key, routine);
  }
  return [...routines.values()];
}

function unquoted(path: string): RelationName {
  const [schema = '', name = ''] = (path.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return { schema, name };
}

/** `name (`, bare or with this very schema. */
function callOf({ schema, name }: RelationName): RegExp {
  const [s, n] = [schema, name].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?:(?<![\\w$."])|(?<![\\w$"])"?${s}"?\\s*\\.\\s*)"?${n}"?\\s*\\(`, 'i');
}
