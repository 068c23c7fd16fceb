import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Acceptance, AnonymizationRule, EmptyTable, Financial, KeptRow } from '../../contracts/anonymization.js';
import { ConfigurationError } from '../../contracts/errors.js';
import {
  acceptanceSchema,
  emptyTableSchema,
  keptRowSchema,
  parseFinancial,
  parseList,
  parseRules,
} from './rule-schema.js';

/** What people decided. */
export interface RulesFile {
  rules: AnonymizationRule[];
  /** What is proposed for money. */
  financial?: Financial;
  emptyTables: EmptyTable[];
  keepRows: KeptRow[];
  /** Findings of the search for personal data that are none, or may stay. */
  accept: Acceptance[];
}

/**
 * `envclone.rules.json` (`{ "rules": [ … ], "emptyTables": [ … ], "keepRows": [ … ], "accept": [ … ] }`); nothing is decided when it does not exist.
 * @throws ConfigurationError `CONFIGURATION_INVALID` (not JSON, not that shape), `RULE_INVALID` with every mistake and its place
 */
export async function readRulesFile(path: string): Promise<RulesFile> {
  const { problems, ...decided } = await inspectRules(path);
  if (problems.length > 0) throw new ConfigurationError('RULE_INVALID', problems.join('\n'), { details: { problems } });
  return decided;
}

/** What is well formed in the file beside the mistakes in the rest, for a list of everything. @throws ConfigurationError `CONFIGURATION_INVALID` */
export async function inspectRules(path: string): Promise<RulesFile & { problems: string[] }> {
  const file = basename(path);
  const text = await readIfExists(path);
  const lists = text === undefined ? { rules: [] } : parseFile(text, file);
  const { rules, problems } = parseRules(lists.rules, `${file}: rules`);
  const empty = parseList(emptyTableSchema, lists.emptyTables ?? [], `${file}: emptyTables`);
  const kept = parseList(keptRowSchema, lists.keepRows ?? [], `${file}: keepRows`);
  const money = parseFinancial(lists.financial ?? {}, `${file}: financial`);
  const accepted = parseList(acceptanceSchema, lists.accept ?? [], `${file}: accept`);
  return {
    rules,
    ...(lists.financial !== undefined && { financial: money.financial }),
    emptyTables: empty.items,
    keepRows: kept.items,
    accept: accepted.items,
    problems: [...problems, ...money.problems, ...empty.problems, ...kept.problems, ...accepted.problems],
  };
}

/** Replaces the file as a whole: a decision a line, in the order of table and column, so that reviews show them. */
export async function writeRules(
  path: string,
  { rules, financial, emptyTables = [], keepRows = [], accept = [] }: Pick<RulesFile, 'rules'> & Partial<RulesFile>,
): Promise<void> {
  const reference = await readReference(path);
  const lists = [
    ['rules', [...rules].sort(byPlace).map(formatRule)],
    ['emptyTables', [...emptyTables].sort(byTable).map(formatValue)],
    ['keepRows', keepRows.map(formatValue)],
    ['accept', accept.map(formatValue)],
  ] as const;
  const head = financial ? [`  "financial": ${formatValue(financial)}`] : [];
  const members = lists
    .filter(([name, lines]) => name === 'rules' || lines.length > 0)
    .map(([name, lines]) => `  "${name}": ${formatList(lines)}`);
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(draft, `{\n${reference}${[...head, ...members].join(',\n')}\n}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The line that names a JSON schema for editors, as it is in the file now. */
async function readReference(path: string): Promise<string> {
  const reference = /^\s*\{\s*("\$schema"\s*:\s*"[^"\n]*")/.exec((await readIfExists(path)) ?? '')?.[1];
  return reference ? `  ${reference},\n` : '';
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigurationError('CONFIGURATION_INVALID', `${basename(path)} cannot be read`, { cause: error });
  }
}

function parseFile(text: string, file: string): { rules: unknown } & { [list in (typeof LISTS)[number]]?: unknown } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} is not JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || !('rules' in content))
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} has no "rules"`);
  const unexpected = Object.keys(content).filter((key) => !LISTS.some((list) => list === key) && key !== '$schema');
  if (unexpected.length > 0)
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} has unknown keys: ${unexpected.join(', ')}`);
  return content;
}

const LISTS = ['financial', 'rules', 'emptyTables', 'keepRows', 'accept'] as const;

const KEYS = [
  'tableName',
  'columnName',
  'anonymizationType',
  'customGenerator',
  'preserveFormat',
  'domain',
  'paths',
  'value',
  'relatedBy',
  'currencyColumn',
  'reads',
  'typeColumn',
  'references',
  'reason',
] as const satisfies readonly (keyof AnonymizationRule)[];

function formatList(lines: readonly string[]): string {
  return lines.length === 0 ? '[]' : `[\n${lines.map((line) => `    ${line}`).join(',\n')}\n  ]`;
}

function formatRule(rule: AnonymizationRule): string {
  const members = KEYS.filter((key) => rule[key] !== undefined).map((key) => `"${key}": ${formatValue(rule[key])}`);
  return `{ ${members.join(', ')} }`;
}

function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${formatValue(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** By code unit, not by locale: the same on every machine. */
function byPlace(one: AnonymizationRule, other: AnonymizationRule): number {
  return compare(one.tableName, other.tableName) || compare(one.columnName, other.columnName);
}

function byTable(one: EmptyTable, other: EmptyTable): number {
  return compare(one.table, other.table);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
