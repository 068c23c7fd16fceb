import { expect, test } from 'vitest';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { overridingRules } from '../../engine/anonymizer/overriding-rules.js';

const rule = (tableName: string, columnName: string, anonymizationType: AnonymizationRule['anonymizationType']) => ({
  tableName,
  columnName,
  anonymizationType,
});

test("rules of a run are listed with the file's for the same column, with or without the schema public", () => {
  const file = [rule('public.guests', 'note', 'text'), rule('audit.guests', 'email', 'email')];
  const run = [rule('guests', 'note', 'null'), rule('guests', 'email', 'keep')];
  expect(overridingRules(run, file)).toEqual([{ ...rule('guests', 'note', 'null'), instead: 'text' }, run[1]]);
  expect(overridingRules(undefined, file)).toEqual([]);
});
