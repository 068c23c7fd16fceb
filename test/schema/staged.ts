import type { SchemaStatement, StatementStage } from '../../contracts/schema.js';
import { applyStatements } from '../../engine/schema/apply.js';
import { dumpSchema } from '../../engine/schema/dump.js';
import { splitDump } from '../../engine/schema/split.js';
import type { PostgresMajor, TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

/** A schema in the parts that are built one after the other. */
export interface StagedSchema {
  dump: string;
  preData: SchemaStatement[];
  keys: SchemaStatement[];
  foreignKeys: SchemaStatement[];
  finish: SchemaStatement[];
}

export async function dumpOf({ url, name }: TestDatabase, major: PostgresMajor): Promise<string> {
  return dumpSchema({ url, environment: name, serverMajor: major });
}

export async function stagedSchema(source: TestDatabase, major: PostgresMajor): Promise<StagedSchema> {
  const dump = await dumpOf(source, major);
  const statements = await splitDump(dump);
  const ofStage = (stage: StatementStage) => statements.filter((statement) => statement.stage === stage);
  const isForeignKey = ({ kind }: SchemaStatement) => kind === 'foreign key';
  return {
    dump,
    preData: ofStage('pre-data'),
    keys: ofStage('keys'),
    foreignKeys: statements.filter(isForeignKey),
    finish: ofStage('finish').filter((statement) => !isForeignKey(statement)),
  };
}

/** Gives a target the tables of a source, and its rows as SQL says them: the moment when keys are built. */
export async function landed(target: TestDatabase, { preData }: StagedSchema, rows = ''): Promise<void> {
  await applyStatements(targetOf(target), preData);
  await target.run('set search_path = public');
  if (rows) await target.run(rows);
}
