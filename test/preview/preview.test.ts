import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { previewPage } from '../../client/cli/preview-page.js';
import type { TablePreview } from '../../contracts/preview.js';
import { type Desk, openDesk } from '../../worker/desk.js';
import { createWorld, type World } from '../support/world.js';

const SOURCE = `
  create table people (id int primary key, email text unique, note text);
  insert into people select i, 'canary' || i || '@real.example', null from generate_series(1, 30) i;
  create table visits (at date, visitor text) partition by range (at);
  create table visits_1 partition of visits for values from ('2024-01-01') to ('2024-02-01');
  create table visits_2 partition of visits for values from ('2024-02-01') to ('2024-03-01');
  create table visits_3 (visitor text, at date);
  alter table visits attach partition visits_3 for values from ('2024-03-01') to ('2024-04-01');
  insert into visits values ('2024-01-05', 'canary one'), ('2024-02-05', 'canary two'), ('2024-03-05', 'canary three');
  create table "Vide" ();
`;

describe('a preview', () => {
  let world: World;
  let desk: Desk;
  beforeAll(async () => {
    world = await createWorld({ source: SOURCE, hasWorker: false });
    desk = await openDesk(world.directory);
  }, 60_000);
  afterAll(() => world[Symbol.asyncDispose]());

  const preview = (table: string, choices = {}) =>
    desk.preview({ source: 'production', target: 'test', table, rows: 5, showSource: false, ...choices });

  test('shows rows as the target would have them, and nothing of what is masked', async () => {
    const shown = await preview('people');
    expect(shown.columns).toEqual([
      { name: 'id', rule: 'keep' },
      { name: 'email', rule: 'email' },
      { name: 'note', rule: expect.any(String) },
    ]);
    expect(shown.rows).toHaveLength(5);
    expect(shown.rows[0]?.after).toEqual(['1', expect.stringMatching(/^user\S+@test\.local$/), null]);
    expect(JSON.stringify(shown)).not.toContain('canary');
    expect(await preview('public.people')).toEqual({ ...shown, table: 'public.people' });
  });

  test('shows the values of the source only when they are asked for', async () => {
    const { rows } = await preview('people', { showSource: true });
    expect(rows[0]?.before).toEqual(['1', 'canary1@real.example', null]);
  });

  test('of a partitioned table shows rows of its partitions, whatever the order of their columns', async () => {
    const { rows } = await preview('visits');
    expect(rows.map(({ after }) => after[0])).toEqual(['2024-01-05', '2024-02-05', '2024-03-05']);
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  test('of a table without columns or rows is empty', async () => {
    expect((await preview('public.Vide')).rows).toEqual([]);
  });

  test('of a table that is not there names those that are', async () => {
    await expect(preview('auth.people')).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      message: expect.stringContaining('public.people'),
    });
  });
});

test('a page holds values as text, whatever they are', () => {
  const preview: TablePreview = {
    table: 'public.people',
    source: 'production',
    target: 'test',
    columns: [
      { name: '<b>', rule: 'mask' },
      { name: 'left', rule: 'undecided' },
    ],
    rows: [{ before: ['<script>alert(1)</script>', null], after: ['"x" & <y>', null] }],
  };
  const page = previewPage(preview);
  expect(page).not.toMatch(/<script|<b>|<y>/);
  expect(page).toContain('no rule yet');
});
