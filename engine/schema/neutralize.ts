import type { NeutralizedObject } from '../../contracts/clone.js';
import { type FunctionDefinition, type SchemaStatement, unnumbered } from '../../contracts/schema.js';
import { withoutNeedlessQuotes } from './names.js';
import { neutralServer } from './neutral-server.js';
import { type FindOutboundCall, outboundCalls } from './outbound-calls.js';
import { aboutAny } from './satellites.js';

export interface NeutralizeSettings {
  /** Objects that stay as they are: `trigger public.lofts.notify_partner`, `server analytics`, or a name alone; `*` stands for anything. */
  keep: string[];
}

export interface NeutralizeInput {
  statements: SchemaStatement[];
  /** Those of extensions included: what a function of the dump calls may be there. */
  functions: FunctionDefinition[];
  keep: NeutralizeSettings;
}

export interface Neutralized {
  statements: SchemaStatement[];
  /** What was made harmless; also the materialized views that must not be refreshed. */
  neutralized: NeutralizedObject[];
}

/** Takes out of a schema what would let a clone reach other machines when its rows change, or while it is made. */
export function neutralize({ statements, functions, keep }: NeutralizeInput): Neutralized {
  const isKept = keepMatcher(keep);
  const findCall = outboundCalls(statements, functions);
  const findInViews = throughViews(statements, findCall);
  const omitted: NeutralizedObject[] = [];
  const changed: NeutralizedObject[] = [];
  const kept = statements.map((statement) => {
    const { kind, name, sql } = statement;
    if (isKept(statement)) return statement;
    const way = OUTBOUND_KINDS.has(kind) ? findCall(sql) : undefined;
    if (way) omitted.push({ kind, name, reason: `it calls ${way}` });
    if (kind === 'subscription') omitted.push({ kind, name, reason: 'it would receive rows from another server' });
    if (kind === 'user mapping' && !isKept({ kind: 'server', name: name.replace(/^.* on /, '') })) {
      omitted.push({ kind, name, reason: 'it holds a login on another server' });
    }
    if (kind === 'materialized view') {
      const source = findInViews(sql);
      if (source) changed.push({ kind, name, reason: `it reads through ${source}, and stays empty` });
    }
    const server = kind === 'server' ? neutralServer(sql) : sql;
    if (server !== sql) changed.push({ kind, name, reason: 'it pointed at another server' });
    return { ...statement, sql: server };
  });
  const isOmitted = aboutAny(omitted);
  return { statements: kept.filter((statement) => !isOmitted(statement)), neutralized: [...omitted, ...changed] };
}

const OUTBOUND_KINDS = new Set(['trigger', 'event trigger', 'rule']);

function keepMatcher({ keep }: NeutralizeSettings): (object: { kind: string; name: string }) => boolean {
  const plain = (text: string) => text.replaceAll('"', '');
  const patterns = keep.map((pattern) => new RegExp(`^${plain(pattern).split('*').map(escaped).join('.*')}$`));
  return ({ kind, name }) =>
    patterns.some((pattern) => pattern.test(plain(name)) || pattern.test(`${kind} ${plain(name)}`));
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** Also finds the calls that a view makes when another reads it. */
function throughViews(statements: readonly SchemaStatement[], findCall: FindOutboundCall): FindOutboundCall {
  const outbound: { name: string; way: string }[] = [];
  const find: FindOutboundCall = (sql) =>
    findCall(sql) ?? outbound.find(({ name }) => withoutNeedlessQuotes(sql).includes(` ${name}`))?.way;
  let views = statements.filter(({ kind }) => kind === 'view' || kind === 'materialized view');
  for (;;) {
    const found = views.filter(({ sql }) => find(sql) !== undefined);
    if (found.length === 0) return find;
    for (const { name, sql } of found) outbound.push({ name: unnumbered(name), way: find(sql) ?? '' });
    views = views.filter((view) => !found.includes(view));
  }
}
