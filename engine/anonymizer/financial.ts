import type { AnonymizationRule, Financial } from '../../contracts/anonymization.js';
import { relationLabel } from '../../contracts/relations.js';
import type { TableDefinition } from '../../contracts/schema.js';
import { wordsOf } from './classify-name.js';
import { type ColumnFacts, columnKey, type TableFacts } from './column-facts.js';
import type { RuleProposal } from './propose-rules.js';

/** Rules for amounts of money, which are kept by their type otherwise: what the rules file's `financial` asks for. `skips` names columns that have a rule. */
export function proposeAmounts(
  facts: TableFacts,
  { preserveAmountRanges, maintainCurrencyConsistency, keepTransactionRelationships }: Financial,
  skips: (facts: ColumnFacts) => boolean,
): RuleProposal[] {
  if (!(preserveAmountRanges || maintainCurrencyConsistency || keepTransactionRelationships)) return [];
  return [...facts.columns.values()].filter(isAmount).flatMap((column) => {
    if (skips(column)) return [];
    const currency = maintainCurrencyConsistency ? currencyOf(column.owner) : undefined;
    const group = keepTransactionRelationships ? groupOf(column, facts) : undefined;
    const why = [
      'named like an amount of money',
      ...(currency === undefined ? [] : [`in the currency that ${currency} says`]),
      ...(group === undefined ? [] : [`changes with all of the same ${group.of}`]),
    ].join(', ');
    const rule: AnonymizationRule = {
      tableName: column.table,
      columnName: column.column.name,
      anonymizationType: 'amount',
      ...(group && { relatedBy: group.column }),
      ...(currency !== undefined && { currencyColumn: currency }),
      reason: why,
    };
    return [{ rule, confidence: 'likely' as const, reason: why }];
  });
}

/** What becomes of account and card numbers where the rules file says that they stay. */
export function keepAccountNumbers(
  proposal: RuleProposal,
  { anonymizeAccountNumbers = true }: Financial,
): RuleProposal {
  const { rule } = proposal;
  if (anonymizeAccountNumbers || !['accountNumber', 'cardNumber'].includes(rule.anonymizationType)) return proposal;
  const reason = `${proposal.reason}; financial.anonymizeAccountNumbers is false`;
  return { ...proposal, reason, rule: { ...rule, anonymizationType: 'keep', reason } };
}

const AMOUNT =
  / (?:amounts?|montants?|total|totals|subtotal|sous total|balance|solde|fees?|frais|deposit|depot|caution|acompte|salary|salaire|revenue|revenus?|refund|refunded|remboursement|payment|paid|paye|payout|versement|discount|remise|tax|taxes|tva|vat|cost|costs|cout|prices?|prix|tarifs?|loyer|rent|mablagh|thaman|majmou3|majmou)(?: (?:amount|ht|ttc|net|gross|brut|due|cents|centimes|per \w+|par \w+|eur|dzd|usd))* $/;
/** What one thing costs: nothing adds up to it. */
const PRICE = / (?:prices?|prix|tarifs?|thaman) /;
const MONEY_TYPES = ['numeric', 'money', 'float4', 'float8', 'int4', 'int8'];

function isAmount({ column, owner, isUnique }: ColumnFacts): boolean {
  const { shape, name } = column;
  const isNumber = shape.kind === 'scalar' && MONEY_TYPES.includes(shape.name);
  const isKey = isUnique || owner.foreignKeys.some(({ columns }) => columns.includes(name));
  return isNumber && !isKey && AMOUNT.test(spaced(name));
}

function spaced(name: string): string {
  return ` ${wordsOf(name).join(' ')} `;
}

/** The column of ISO 4217 codes, when there is one alone. */
function currencyOf({ columns }: TableDefinition): string | undefined {
  const found = columns.filter(
    ({ name, generated }) => !generated && / (?:currency|devise|monnaie|currency code) $/.test(spaced(name)),
  );
  return found.length === 1 ? found[0]?.name : undefined;
}

interface Group {
  column: string;
  /** The table whose rows are the groups. */
  of: string;
}

/**
 * The key to the table that amounts of others add up to: of a payment, its reservation; of that, itself. Keys of one column alone; of several, the one whose
 * table leads to no other such.
 */
function groupOf({ column, owner }: ColumnFacts, facts: TableFacts): Group | undefined {
  if (PRICE.test(spaced(column.name))) return undefined;
  const parents = parentsOf(owner, facts);
  const root = parents.find(({ table }) => parentsOf(table, facts).length === 0) ?? parents[0];
  if (root) return { column: root.column, of: relationLabel(root.table) };
  const referenced = childKeys(owner, facts);
  return referenced === undefined ? undefined : { column: referenced, of: relationLabel(owner) };
}

function parentsOf(owner: TableDefinition, facts: TableFacts): { column: string; table: TableDefinition }[] {
  return owner.foreignKeys.flatMap(({ columns, references }) => {
    const table = facts.tables.get(relationLabel(references));
    const [column] = columns;
    const leads =
      table && column !== undefined && columns.length === 1 && table !== owner && hasTransactions(table, facts);
    return leads ? [{ column, table }] : [];
  });
}

/** The column that amounts of other tables lead to it by. */
function childKeys(owner: TableDefinition, facts: TableFacts): string | undefined {
  for (const table of facts.tables.values()) {
    if (table === owner || facts.rootOf(table) !== table || !hasTransactions(table, facts)) continue;
    for (const { columns, references, referencedColumns } of table.foreignKeys) {
      if (columns.length === 1 && relationLabel(references) === relationLabel(owner)) return referencedColumns[0];
    }
  }
  return undefined;
}

/** Whether it has an amount that is no price. */
function hasTransactions(table: TableDefinition, { columns }: TableFacts): boolean {
  const label = relationLabel(table);
  return table.columns.some(({ name }) => {
    const column = columns.get(columnKey(label, name));
    return column !== undefined && isAmount(column) && !PRICE.test(spaced(name));
  });
}
