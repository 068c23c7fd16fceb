import type { Acceptance } from '../../contracts/anonymization.js';
import { plannedTables, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ValidationError, ValidationWarning } from '../../contracts/validation.js';
import { translatePostgresError } from '../postgres/errors.js';
import { inLanes } from '../postgres/lanes.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { drawnPages } from '../postgres/table-sample.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type CheckContext, type CheckOutcome, openSource, openTarget } from './check.js';
import { readCopiedRows } from './copied-rows.js';
import { readDefinitionTexts } from './definition-texts.js';
import { findInText } from './find-in-text.js';
import { type KnownPeople, readKnownPeople } from './known-people.js';
import { PlaceTally, type Sight } from './place-tally.js';
import { filterOf, maskedRowsOf } from './table-filter.js';
import { readTextRelations, type TextRelation } from './text-places.js';
import { mayHoldPersonalData, type ScannedPeople } from './text-scanner.js';
import { tokensOf } from './text-tokens.js';

/**
 * No text of the clone holds personal data, in whatever column, document, array, view, comment or function it stands. Kept values are searched for
 * everything that has the form of such data; all values for a sample of the source's people. What a person accepted is left out.
 */
export async function checkPersonalData(context: CheckContext): Promise<CheckOutcome> {
  const { plan, source } = context;
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  if (!plan?.options.anonymizeData || !source) return outcome;
  await using target = await openTarget(context);
  const relations = await readTextRelations(target, plan);
  const people = await readPeople(source, plannedTables(plan), context);
  const scanned = people.scanned();
  const tallies = new Tallies();
  await inLanes({
    tasks: relations,
    session: target,
    lanes: LANES,
    connect: () => openTarget(context),
    async work(session, relation) {
      const share = context.deep ? 1 : BYTES_SEARCHED / Math.max(1, relation.sizeBytes);
      const pages = drawnPages(share);
      await searchRelation(session, { relation, pages, people, scanned, tallies });
      if (pages) outcome.warnings.push(sampled(relation, share));
    },
  });
  for (const { label, text } of await readDefinitionTexts(target)) {
    tallies.of(label).see({ known: people.foundIn(text, tokensOf(text), { mayBeMade: false }), forms: [], key: '' });
  }
  outcome.errors.push(...tallies.errors(plan.accepted ?? []));
  return outcome;
}

const LANES = 2;
/** Of one relation; beyond, pages drawn from all over it have to do, unless all are asked for. */
const BYTES_SEARCHED = 64 * 1024 * 1024;

async function readPeople(
  source: ReadOnlySource,
  tables: readonly TablePlan[],
  { signal }: CheckContext,
): Promise<KnownPeople> {
  await using session = await openSource(source, signal);
  return await readKnownPeople(session, tables);
}

function sampled({ relation }: TextRelation, share: number): ValidationWarning {
  const object = relationLabel(relation);
  return { message: `${object}: one of ${Math.round(1 / share)} pages was searched for personal data`, object };
}

interface Search {
  relation: TextRelation;
  /** As `drawnPages` gives them. */
  pages: string;
  people: KnownPeople;
  scanned: ScannedPeople;
  tallies: Tallies;
}

async function searchRelation(session: Session, { relation, pages, people, scanned, tallies }: Search): Promise<void> {
  const { places, key } = relation;
  const texts = [key, ...places.map(({ text }) => text)];
  const sql = `copy (select ${texts.join(', ')} from only ${quoteRelation(relation.relation)} t${pages}${filterOf(maskedRowsOf(relation))}) to stdout (format binary)`;
  const stream = session.copyOut(sql);
  await readCopiedRows(stream, texts.length, ({ bytes, starts, stops }) => {
    const textOf = (field: number) => bytes.toString('utf8', starts[field], stops[field]);
    for (const [index, { label, mayBeMade, isNumber, isBytes }] of places.entries()) {
      const field = index + 1;
      const at = starts[field] as number;
      const stop = stops[field] as number;
      if (at === NULL) continue;
      if (isNumber) {
        seeNumber(textOf(field), people, (sight) => tallies.of(label).see({ ...sight, key: textOf(0) }));
        continue;
      }
      if (isBytes) keepAscii(bytes, at, stop);
      if (!mayHoldPersonalData({ bytes, at, stop, mayBeMade }, scanned)) continue;
      const found = findInText(textOf(field), people, { mayBeMade });
      if (found.known.length > 0 || found.forms.length > 0) tallies.of(label).see({ ...found, key: textOf(0) });
    }
  }).catch((error: unknown) => {
    const { environment } = session;
    const doing = `searching ${relationLabel(relation.relation)}`;
    throw translatePostgresError(error, { doing, environment, otherwise: 'COPY_FAILED' });
  });
}

const NULL = -1;

/** Bytes beyond ASCII, and zeros, are spaces. */
function keepAscii(bytes: Buffer, start: number, stop: number): void {
  for (let at = start; at < stop; at++) if (bytes[at] === 0 || (bytes[at] as number) >= 0x80) bytes[at] = SPACE;
}

const SPACE = 0x20;

/** A whole number, as integers and `numeric` have it. */
function seeNumber(text: string, people: KnownPeople, see: (sight: Omit<Sight, 'key'>) => void): void {
  const digits = /^-?(\d+)(?:\.0+)?$/.exec(text)?.[1];
  if (digits === undefined) return;
  const kind = people.kindOf(digits);
  const number = people.phoneOf(digits);
  if (kind || number) see({ known: kind ? [kind] : [], forms: [], number });
}

/** One a place; a partitioned table's partitions share theirs. */
class Tallies {
  readonly #byLabel = new Map<string, PlaceTally>();

  of(label: string): PlaceTally {
    const tally = this.#byLabel.get(label) ?? new PlaceTally();
    this.#byLabel.set(label, tally);
    return tally;
  }

  errors(accepted: readonly Acceptance[]): ValidationError[] {
    const isAccepted = new Set(accepted.flatMap(({ place, kinds }) => kinds.map((kind) => `${place} ${kind}`)));
    return [...this.#byLabel].flatMap(([object, tally]) =>
      tally
        .findings()
        .filter(({ kind }) => !isAccepted.has(`${object} ${kind}`))
        .map(({ message }) => ({ code: 'VALIDATION_FAILED' as const, message: `${object}: ${message}`, object })),
    );
  }
}
