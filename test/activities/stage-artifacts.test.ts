import { expect, test } from 'vitest';
import { withoutPrivileges } from '../../activities/stage-artifacts.js';
import { createPlan } from '../../engine/plan/create-plan.js';
import { splitDump } from '../../engine/schema/split.js';
import { planInput, schemaOf, targetCatalog } from '../plan/builders.js';

test('privileges on what belongs to an extension that is left out are left out too, however its name is written', async () => {
  const statements = await splitDump(
    'GRANT ALL ON TABLE public.spied TO reader; GRANT ALL ON TABLE public.lofts TO reader;',
  );
  const granted = [{ kind: 'table', name: 'public.spied' }];
  const extensions = [{ name: 'my-spy', version: '1', schema: 'public', isUsed: false, granted }];
  const source = schemaOf([], { extensions, statements });
  const target = targetCatalog({ isSuperuser: false, uncreatable: new Map([['my-spy', 'permission denied']]) });
  const plan = createPlan(planInput([], { source, target }));
  expect(withoutPrivileges(statements, plan, source).map(({ name }) => name)).toEqual(['table public.lofts to reader']);
});
