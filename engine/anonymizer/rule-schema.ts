import { z } from 'zod';
import {
  type Acceptance,
  ANONYMIZATION_TYPES,
  type AnonymizationRule,
  type EmptyTable,
  type Financial,
  type KeptRow,
  PERSONAL_DATA_KINDS,
} from '../../contracts/anonymization.js';

const type = z.enum(ANONYMIZATION_TYPES);

const shape = z.strictObject({
  tableName: z.string().min(1),
  columnName: z.string().min(1),
  anonymizationType: type,
  customGenerator: z.string().min(1).optional(),
  preserveFormat: z.boolean().optional(),
  domain: z.string().min(1).optional(),
  paths: z.record(z.string().min(1), type.exclude(['custom', 'constant', 'reference'])).optional(),
  value: z.string().optional(),
  relatedBy: z.string().min(1).optional(),
  currencyColumn: z.string().min(1).optional(),
  reads: z.array(z.string().min(1)).min(1).optional(),
  typeColumn: z.string().min(1).optional(),
  references: z.record(z.string().min(1), z.string().regex(/.\../, 'names a column: schema.table.column')).optional(),
  reason: z.string().optional(),
});

/** One rule, as people write it. What does not belong together is said here; what does not fit the column, when columns are decided. */
export const ruleSchema = shape.superRefine((rule, context) => {
  const type = rule.anonymizationType;
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (type === 'custom' && !rule.customGenerator) complain('customGenerator', 'custom needs the name of a generator');
  if (type !== 'custom' && rule.customGenerator) complain('customGenerator', `${type} takes no generator`);
  if (type === 'constant' && rule.value === undefined) complain('value', 'constant needs a value');
  if (type !== 'constant' && rule.value !== undefined) complain('value', `${type} takes no value`);
  if (type !== 'json' && rule.paths) complain('paths', `${type} takes no paths`);
  if (type !== 'amount' && type !== 'date' && rule.relatedBy) complain('relatedBy', `${type} takes no relatedBy`);
  if (type !== 'amount' && rule.currencyColumn) complain('currencyColumn', `${type} takes no currencyColumn`);
  if (type === 'reference' && !(rule.typeColumn && rule.references))
    complain('references', 'reference needs typeColumn, and by its values the columns that this one leads to');
  if (type !== 'reference' && rule.typeColumn) complain('typeColumn', `${type} takes no typeColumn`);
  if (type !== 'reference' && rule.references) complain('references', `${type} takes no references`);
  if (type !== 'custom' && rule.reads) complain('reads', `${type} reads no other columns`);
});

export const emptyTableSchema: z.ZodType<EmptyTable> = z.strictObject({
  table: z.string().min(1),
  reason: z.string().min(1),
});

export const financialSchema = z.strictObject({
  preserveAmountRanges: z.boolean().optional(),
  maintainCurrencyConsistency: z.boolean().optional(),
  keepTransactionRelationships: z.boolean().optional(),
  anonymizeAccountNumbers: z.boolean().optional(),
});

/** The object, or every mistake in it. */
export function parseFinancial(input: unknown, where: string): { financial: Financial; problems: string[] } {
  const parsed = financialSchema.safeParse(input);
  if (parsed.success) return { financial: parsed.data as Financial, problems: [] };
  const problems = parsed.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  return { financial: {}, problems };
}

export const keptRowSchema: z.ZodType<KeptRow> = z.strictObject({
  table: z.string().min(1),
  key: z
    .record(z.string().min(1), z.union([z.string(), z.number()]))
    .refine((key) => Object.keys(key).length > 0, 'a row is named by the columns of a unique key'),
  reason: z.string().min(1),
});

export const acceptanceSchema: z.ZodType<Acceptance> = z.strictObject({
  place: z.string().min(1),
  kinds: z.array(z.enum(PERSONAL_DATA_KINDS)).min(1),
  reason: z.string().min(1),
});

/** The rules that are well formed, and every mistake in the others; `where` names the list in messages (`envclone.rules.json: rules`). */
export function parseRules(input: unknown, where: string): { rules: AnonymizationRule[]; problems: string[] } {
  const { items, problems } = parseList(ruleSchema, input, where);
  return { rules: items.map(withoutAbsent), problems };
}

/** The same of any list. */
export function parseList<Item>(
  schema: z.ZodType<Item>,
  input: unknown,
  where: string,
): { items: Item[]; problems: string[] } {
  const list = z.array(z.unknown()).safeParse(input);
  if (!list.success) return { items: [], problems: list.error.issues.map(({ message }) => `${where}: ${message}`) };
  const items: Item[] = [];
  const problems: string[] = [];
  for (const [index, item] of list.data.entries()) {
    const parsed = schema.safeParse(item);
    if (parsed.success) items.push(parsed.data);
    else
      for (const { path, message } of parsed.error.issues)
        problems.push(`${where}[${index}]${path.map((key) => `.${String(key)}`).join('')}: ${message}`);
  }
  return { items, problems };
}

function withoutAbsent(rule: z.infer<typeof ruleSchema>): AnonymizationRule {
  return Object.fromEntries(
    Object.entries(rule).filter(([, value]) => value !== undefined),
  ) as unknown as AnonymizationRule;
}
