import { type ClonePlan, isMasked } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { type CheckContext, type CheckOutcome, counted, openSource, openTarget } from './check.js';
import { countOrphans, type ForeignKeyQuestion, keyLabel, readKeys } from './orphans.js';

/**
 * No row refers to a row that is not there. PostgreSQL guarantees that for a validated key, so only the others are read: those NOT VALID and those whose
 * triggers are disabled; with `deep`, every key. A source may have dangling rows of its own: then they are an error only where masking made more of them.
 */
export async function checkForeignKeys(context: CheckContext): Promise<CheckOutcome> {
  await using session = await openTarget(context);
  const keys = (await readKeys(session)).filter((key) => context.deep || !key.isGuaranteed);
  const orphans = await countOrphans(session, keys);
  const dangling = keys.filter((key) => orphans.get(keyLabel(key)));
  const inSource = await countInSource(context, dangling);
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const key of dangling) {
    const object = keyLabel(key);
    const count = orphans.get(object) ?? 0;
    const known = inSource.get(object) ?? 0;
    const message = `${counted(count, 'row')} of ${relationLabel(key.table)} without the row of ${relationLabel(key.references)} that ${key.name} asks for`;
    const isInherited = known > 0 && (count <= known || !hasMaskedColumn(key, context.plan));
    if (isInherited || (!context.source && !key.isGuaranteed)) {
      outcome.warnings.push({ message: context.source ? `${message}; ${known} in the source` : message, object });
    } else {
      outcome.errors.push({ code: 'VALIDATION_FAILED', message, object });
    }
  }
  return outcome;
}

/** The same counts in the source, of the keys that it has too. */
async function countInSource(
  { source, signal }: CheckContext,
  dangling: readonly ForeignKeyQuestion[],
): Promise<Map<string, number>> {
  if (!source || dangling.length === 0) return new Map();
  await using session = await openSource(source, signal);
  const wanted = new Set(dangling.map(keyLabel));
  const keys = (await readKeys(session)).filter((key) => wanted.has(keyLabel(key)));
  return await countOrphans(session, keys); // the session closes when this returns
}

function hasMaskedColumn(
  { table, columns, references, referencedColumns }: ForeignKeyQuestion,
  plan?: ClonePlan,
): boolean {
  const ruled = (label: string, names: readonly string[]) =>
    plan?.units.some((unit) =>
      unit.tables.some(
        (planned) =>
          (relationLabel(planned) === label || (planned.into && relationLabel(planned.into) === label)) &&
          planned.columns.some((column) => isMasked(column) && names.includes(column.name)),
      ),
    ) ?? false;
  return ruled(relationLabel(table), columns) || ruled(relationLabel(references), referencedColumns);
}
