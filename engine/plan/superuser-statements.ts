import type { SchemaStatement } from '../../contracts/schema.js';

/** Whether only superusers may run a statement of a dump, whatever they own. Extensions are tried instead. */
export function needsSuperuser({ kind, sql }: SchemaStatement): boolean {
  return ALWAYS.has(kind) || (SOMETIMES[kind]?.(sql) ?? false);
}

/** Only those of all tables, or of all of a schema. */
export function isWidePublication({ kind, sql }: SchemaStatement): boolean {
  if (kind === 'publication') return / FOR ALL TABLES\b/.test(sql);
  return kind === 'publication content' && / ADD TABLES IN SCHEMA /.test(sql);
}

const ALWAYS = new Set([
  'access method',
  'foreign data wrapper',
  'language',
  'operator class',
  'operator family',
  'operator family members',
  'text search parser',
  'text search template',
]);

const SOMETIMES: Readonly<Record<string, (sql: string) => boolean>> = {
  aggregate: (sql) => /\bSTYPE = internal\b/.test(sql),
  cast: (sql) => / WITHOUT FUNCTION\b/.test(sql),
  function: isCompiled,
  procedure: isCompiled,
  /** A base type, and the shell that is made before its functions. */
  type: (sql) => !/^CREATE TYPE (?:"(?:[^"]|"")*"|[^\s"])+ AS\b/.test(sql),
};

/** In a dump, the language stands on a line of its own before the body. */
function isCompiled(sql: string): boolean {
  const [, language = ''] = /^ +LANGUAGE (\S+)/m.exec(sql) ?? [];
  return language === 'c' || language === 'internal';
}
