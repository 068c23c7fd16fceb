import type { Acceptance } from '../../contracts/anonymization.js';
import { plannedTables, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ValidationError, ValidationWarning } from '../../contracts/validation.js';
import { inLanes } from '../postgres/lanes.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { drawnPages } from '../postgres/table-sample.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type CheckContext, type CheckOutcome, openSource, openTarget } from './check.js';
import { readDefinitionTexts } from './definition-texts.js';
import { type KnownPeople, readKnownPeople } from './known-people.js';
import { findForms } from './personal-data.js';
import { PlaceTally, type Sight } from './place-tally.js';
import { filterOf, maskedRowsOf } from './table-filter.js';
import { readTextRelations, type TextRelation } from './text-places.js';
import { tokensOf } from './text-tokens.js';
import { unescapedText } from './unescaped-text.js';

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
  const tallies = new Tallies();
  await inLanes({
    tasks: relations,
    session: target,
    lanes: LANES,
    connect: () => openTarget(context),
    async work(session, relation) {
      const share = context.deep ? 1 : BYTES_SEARCHED / Math.max(1, relation.sizeBytes);
      const pages = drawnPages(share);
      await searchRelation(session, { relation, pages, people, tallies });
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
const BYTES_A_FETCH = 1024 * 1024;
const ROWS_A_FETCH = 2_000;
const PAGE_BYTES = 8192;

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
  tallies: Tallies;
}

async function searchRelation(session: Session, { relation, pages, people, tallies }: Search): Promise<void> {
  const { places, key } = relation;
  const texts = places.map(({ text }, at) => `${text} as c${at}`);
  const sql = `select ${key} as key, ${texts.join(', ')} from only ${quoteRelation(relation.relation)} t${pages}${filterOf(maskedRowsOf(relation))}`;
  await eachRow(session, relation, sql, (row) => {
    for (const [at, { label, mayBeMade, isNumber }] of places.entries()) {
      const text = row[`c${at}`];
      if (!text) continue;
      if (isNumber) {
        seeNumber(text, people, (sight) => tallies.of(label).see({ ...sight, key: row.key ?? '' }));
        continue;
      }
      const found = findIn(text, people, mayBeMade);
      if (found.known.length > 0 || found.forms.length > 0) tallies.of(label).see({ ...found, key: row.key ?? '' });
    }
  });
}

/** In a text as it is, and as who reads it as JSON or as a link has it: `\u0040`, `%40`. */
function findIn(text: string, people: KnownPeople, mayBeMade: boolean): Pick<Sight, 'known' | 'forms'> {
  const tokens = tokensOf(text);
  const known = people.foundIn(text, tokens, { mayBeMade });
  const plain = unescapedText(text);
  if (plain === text) return { known, forms: mayBeMade ? [] : findForms(text, tokens) };
  const plainTokens = tokensOf(plain);
  const knownToo = people.foundIn(plain, plainTokens, { mayBeMade });
  return { known: [...new Set([...known, ...knownToo])], forms: mayBeMade ? [] : findForms(plain, plainTokens) };
}

/** A whole number, as integers and `numeric` have it. */
function seeNumber(text: string, people: KnownPeople, see: (sight: Omit<Sight, 'key'>) => void): void {
  const digits = /^-?(\d+)(?:\.0+)?$/.exec(text)?.[1];
  if (digits === undefined) return;
  const kind = people.kindOf(digits);
  const number = people.phoneOf(digits);
  if (kind || number) see({ known: kind ? [kind] : [], forms: [], number });
}

type Row = Record<string, string | null>;

/** A small relation in one statement, others through a cursor. */
async function eachRow(
  session: Session,
  relation: TextRelation,
  sql: string,
  onRow: (row: Row) => void,
): Promise<void> {
  if (relation.sizeBytes <= BYTES_A_FETCH) {
    for (const row of await session.query<Row>(sql)) onRow(row);
    return;
  }
  const count = rowsAFetch(relation);
  await session.transaction(
    async () => {
      await session.query(`declare texts no scroll cursor for ${sql}`);
      for (let rows: Row[]; ; ) {
        rows = await session.query<Row>(`fetch ${count} from texts`);
        for (const row of rows) onRow(row);
        if (rows.length < count) return;
      }
    },
    { mode: 'read only' },
  );
}

/** What fits into memory, by the size of an average row. */
function rowsAFetch({ sizeBytes, estimatedRows }: TextRelation): number {
  const rowBytes = estimatedRows > 0 ? sizeBytes / estimatedRows : PAGE_BYTES;
  return Math.max(1, Math.min(ROWS_A_FETCH, Math.floor(BYTES_A_FETCH / Math.max(1, rowBytes))));
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
