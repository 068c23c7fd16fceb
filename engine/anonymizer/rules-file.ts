import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { ConfigurationError } from '../../contracts/errors.js';
import { parseRules } from './rule-schema.js';

/**
 * The rules of `envclone.rules.json` (`{ "rules": [ … ] }`); none when the file does not exist.
 * @throws ConfigurationError `CONFIGURATION_INVALID` (not JSON, not that shape), `RULE_INVALID` with every mistake and its place
 */
export async function readRules(path: string): Promise<AnonymizationRule[]> {
  const { rules, problems } = await inspectRules(path);
  if (problems.length > 0) throw new ConfigurationError('RULE_INVALID', problems.join('\n'), { details: { problems } });
  return rules;
}

/** The file's well-formed rules beside the mistakes in the others, for a list of everything. @throws ConfigurationError `CONFIGURATION_INVALID` */
export async function inspectRules(path: string): Promise<{ rules: AnonymizationRule[]; problems: string[] }> {
  const file = basename(path);
  const text = await readIfExists(path);
  return text === undefined ? { rules: [], problems: [] } : parseRules(parseFile(text, file), `${file}: rules`);
}

/** Replaces the file as a whole: a rule a line, in the order of table and column, so that reviews show decisions. */
export async function writeRules(path: string, rules: readonly AnonymizationRule[]): Promise<void> {
  const lines = [...rules].sort(byPlace).map((rule) => `    ${formatRule(rule)}`);
  const reference = await readReference(path);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(draft, `{\n${reference}  "rules": ${list}\n}\n`);
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

function parseFile(text: string, file: string): unknown {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} is not JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || !('rules' in content))
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} has no "rules"`);
  const unexpected = Object.keys(content).filter((key) => key !== 'rules' && key !== '$schema');
  if (unexpected.length > 0)
    throw new ConfigurationError('CONFIGURATION_INVALID', `${file} has unknown keys: ${unexpected.join(', ')}`);
  return content.rules;
}

const KEYS = [
  'tableName',
  'columnName',
  'anonymizationType',
  'customGenerator',
  'preserveFormat',
  'domain',
  'paths',
  'value',
  'reason',
] as const satisfies readonly (keyof AnonymizationRule)[];

function formatRule(rule: AnonymizationRule): string {
  const members = KEYS.filter((key) => rule[key] !== undefined).map((key) => `"${key}": ${formatValue(rule[key])}`);
  return `{ ${members.join(', ')} }`;
}

function formatValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${JSON.stringify(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** By code unit, not by locale: the same on every machine. */
function byPlace(one: AnonymizationRule, other: AnonymizationRule): number {
  return compare(one.tableName, other.tableName) || compare(one.columnName, other.columnName);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
