import type { RelationName } from '../../contracts/relations.js';
import type { SchemaStatement, StatementStage } from '../../contracts/schema.js';
import { showIdentifier, showRelation } from '../postgres/quote.js';

import type { StatementLabel } from './statement-label.js';

type LabelledStatement = StatementLabel & { sql: string };

/**
 * Decides when each statement runs. pg_dump writes everything that rows need before the first key, so what stands there is pre-data. After
 * that, keys and indexes are `keys`; foreign keys, triggers and whatever pg_dump had to postpone (a view that groups by a primary key) are `finish`.
 * Privileges are `finish` too, as pg_dump has them: an owner who revoked his own rights could not load his table.
 */
export function assignStages(statements: readonly LabelledStatement[]): SchemaStatement[] {
  const postponed = new PostponedObjects();
  const indexes = new IndexTables();
  let isPostData = false;
  let previous: { stage: StatementStage; relation?: RelationName | undefined } = { stage: 'pre-data' };
  return statements.map((statement) => {
    const { kind, name, sql, place } = statement;
    if (place === 'key' || place === 'late') isPostData = true;
    indexes.note(statement);
    const relation = place === 'satellite' && isPostData ? previous.relation : indexes.tableOf(statement);
    const stage = stageOf();
    if (place === 'object' && isPostData) postponed.note(statement);
    if (place !== 'satellite') previous = { stage, relation };
    return { kind, name, stage, ...(relation && { relation }), sql };

    function stageOf(): StatementStage {
      if (place === 'last') return 'finish';
      if (!isPostData) return 'pre-data';
      if (place === 'satellite') return previous.stage;
      return place === 'key' && !postponed.areNeededBy(statement) ? 'keys' : 'finish';
    }
  });
}

const VIEWS = new Set(['view', 'materialized view']);

/** What pg_dump moved behind the keys; an index on such an object has to wait for it. */
class PostponedObjects {
  #names: string[] = [];
  #relations = new Set<string>();

  note({ kind, name, relation }: LabelledStatement): void {
    if (relation && VIEWS.has(kind)) this.#relations.add(showRelation(relation));
    if (kind === 'function') this.#names.push(name.slice(0, name.indexOf('(')));
  }

  areNeededBy({ relation, sql }: LabelledStatement): boolean {
    if (relation && this.#relations.has(showRelation(relation))) return true;
    return this.#names.some((name) => sql.includes(`${name}(`));
  }
}

/** Statements on an index belong to the table that the index is of. */
class IndexTables {
  #tables = new Map<string, RelationName>();

  note({ kind, name, relation }: LabelledStatement): void {
    if (!relation) return;
    if (kind === 'index') this.#tables.set(name, relation);
    const constraint = ['primary key', 'unique', 'exclusion'].includes(kind);
    if (constraint) this.#tables.set(indexOfConstraint(name, relation), relation);
  }

  tableOf({ kind, relation }: LabelledStatement): RelationName | undefined {
    const isIndex = relation && (kind === 'index attach' || kind === 'index setting');
    return isIndex ? (this.#tables.get(showRelation(relation)) ?? relation) : relation;
  }
}

/** `schema.table.constraint` → `schema.constraint`, the name of its index. */
function indexOfConstraint(name: string, relation: RelationName): string {
  const constraint = name.slice(showRelation(relation).length + 1);
  return `${showIdentifier(relation.schema)}.${constraint}`;
}
