import type { AnonymizationType } from '../../contracts/anonymization.js';
import { ConfigurationError } from '../../contracts/errors.js';
import type { ColumnRule, TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ForeignKey } from '../../contracts/schema.js';
import type { TableMasker, ValueMasker } from '../../contracts/value-masker.js';
import { compileColumn } from './compile-column.js';
import type { CustomGenerator } from './custom-generator.js';
import { deriveDomainKey } from './domain-key.js';
import { GENERATORS } from './generators/index.js';
import { SipHash } from './sip-hash.js';
import { createSourceRow } from './source-row.js';

export type { CustomGenerator };

/** The text forms of one row's columns, in the plan's order. */
export type TextRow = (string | null)[];

export interface FakeDataConstraints {
  /** Default: the generator's family. */
  domain?: string;
  maxLength?: number;
  isUnique?: boolean;
}

/** Rows of tables that reference each other. */
export interface RelationalData {
  tables: { plan: TablePlan; rows: TextRow[]; foreignKeys: ForeignKey[] }[];
}

/** Masks values as a pure function of key, domain and value. */
export interface DataAnonymizer {
  /** The maskers of a table's columns, for streaming. @throws ConfigurationError `RULE_INVALID` */
  compile(table: TablePlan): TableMasker;
  /** Masks a few rows, for a preview. */
  anonymizeTable(table: TablePlan, rows: Iterable<readonly (string | null)[]>): TextRow[];
  /** What a generator makes of `seed`. @throws ConfigurationError `RULE_INVALID` for a type that makes nothing of its own */
  generateFakeData(type: AnonymizationType, seed: string, constraints?: FakeDataConstraints): string;
  /** Masks related rows so that every reference still leads where it led. @throws ConfigurationError `RULE_INVALID` when the ends of a key differ in rule */
  preserveRelationships(data: RelationalData): RelationalData;
}

export interface DataAnonymizerInput {
  /** 32 bytes; a function is called when the first masked column is compiled, so that raw clones need no key. */
  key: Uint8Array | (() => Uint8Array);
  /** The configuration's generators, by name. */
  generators?: Record<string, CustomGenerator>;
}

export function createDataAnonymizer({ key, generators = {} }: DataAnonymizerInput): DataAnonymizer {
  const hashOf = createDomainHashes(key);
  const compile = (table: TablePlan): TableMasker => {
    const row = createSourceRow(table);
    const input = { table: relationLabel(table), hashOf, generators, row };
    const columns = table.columns.map((column) => row.watch(column.name, compileColumn({ ...input, column })));
    return { columns, endRow: row.end };
  };
  const anonymizeTable: DataAnonymizer['anonymizeTable'] = (table, rows) => {
    const { columns, endRow } = compile(table);
    return Array.from(rows, (row) => {
      const masked = row.map((value, index) => maskOne(value, columns[index]));
      endRow?.();
      return masked;
    });
  };
  return {
    compile,
    anonymizeTable,
    generateFakeData(type, seed, { domain, isUnique = false, maxLength } = {}) {
      const generator = GENERATORS[type];
      if (!generator) throw new ConfigurationError('RULE_INVALID', `${type} makes no values of its own`);
      const hash = hashOf(domain ?? generator.family);
      return generator.mask(seed, {
        hash,
        type: 'text',
        isUnique,
        preserveFormat: false,
        ...(maxLength !== undefined && { maxLength }),
      });
    },
    preserveRelationships(data) {
      requireSameRules(data);
      return {
        tables: data.tables.map((table) => ({ ...table, rows: anonymizeTable(table.plan, table.rows) })),
      };
    },
  };
}

function createDomainHashes(key: DataAnonymizerInput['key']): (domain: string) => SipHash {
  const hashes = new Map<string, SipHash>();
  let maskKey: Uint8Array | undefined;
  return (domain) => {
    maskKey ??= typeof key === 'function' ? key() : key;
    const hash = hashes.get(domain) ?? new SipHash(deriveDomainKey(maskKey, domain));
    hashes.set(domain, hash);
    return hash;
  };
}

function maskOne(value: string | null, masker: ValueMasker | undefined): string | null {
  return value === null || !masker ? value : masker(value);
}

function requireSameRules({ tables }: RelationalData): void {
  for (const { plan, foreignKeys } of tables) {
    for (const foreignKey of foreignKeys) {
      const parent = tables.find((table) => relationLabel(table.plan) === relationLabel(foreignKey.references));
      if (!parent) continue;
      for (const [index, column] of foreignKey.columns.entries()) {
        const referenced = foreignKey.referencedColumns[index] ?? '';
        if (isSameMask(ruleOf(plan, column), ruleOf(parent.plan, referenced))) continue;
        throw new ConfigurationError(
          'RULE_INVALID',
          `foreign key ${foreignKey.name} of ${relationLabel(plan)}: ${column} and ${referenced} have different rules`,
        );
      }
    }
  }
}

function ruleOf(plan: TablePlan, column: string): ColumnRule | undefined {
  const rule = plan.columns.find(({ name }) => name === column)?.rule;
  return rule?.type === 'keep' ? undefined : rule;
}

function isSameMask(one: ColumnRule | undefined, other: ColumnRule | undefined): boolean {
  if (!one || !other) return one === other;
  const keys = [
    'type',
    'generator',
    'domain',
    'isUnique',
    'preserveFormat',
    'foldsCase',
    'maxLength',
    'value',
  ] as const;
  return keys.every((key) => one[key] === other[key]);
}
