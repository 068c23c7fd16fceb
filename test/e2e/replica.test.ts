import { expect, test } from 'vitest';
import { onServer } from '../support/databases.js';
import { createReplicatedProduction } from '../support/replicated-production.js';
import { createWorld } from '../support/world.js';

const CLONE = {
  source: 'production',
  target: 'test',
  confirm: 'test',
  options: { anonymizeData: false, verify: 'checksums' as const },
};

const SCHEMA = `
  create table rooms (id serial primary key, note text not null);
  create unlogged table cache (id serial primary key, note text);
  insert into rooms (note) select repeat('x', 2000) from generate_series(1, 5000);
  insert into cache (note) select 'y' from generate_series(1, 10)`;

test.each([13, 17] as const)(
  'on PostgreSQL %i production is cloned from its standby while the primary is down',
  async (major) => {
    await using production = await createReplicatedProduction({ major, sql: SCHEMA });
    await using world = await createWorld({ major, source: SCHEMA });
    await world.configure(({ environments }) => Object.assign(environments.test ?? {}, { allowRawData: true }));
    await world.environment('production', production.variables);
    await production.stopPrimary();

    const result = await world.cloner.cloneEnvironment(CLONE);

    expect(result.validation.errors).toEqual([]);
    expect(result.warnings).toContainEqual(
      expect.stringMatching(/^production is read from a standby with hot_standby_feedback = off: .* \(30s\)/),
    );
    expect(
      await world.target.column('select count(*)::int from rooms union all select count(*)::int from cache'),
    ).toEqual([5000, 0]);
    expect(await world.target.column<string>("select nextval('rooms_id_seq')")).toEqual([
      expect.toSatisfy((next) => Number(next) > 5000),
    ]);
  },
  180_000,
);

test('a copy that the standby ends for a VACUUM of the primary begins again with another snapshot', async () => {
  await using production = await createReplicatedProduction({ major: 17, sql: SCHEMA });
  await onServer(production.standby, `alter system set max_standby_streaming_delay = 0`);
  await onServer(production.standby, 'select pg_reload_conf()');
  await using world = await createWorld({ major: 17, source: SCHEMA });
  await world.configure(({ environments }) => {
    environments.production = { type: 'production', limits: { bytesPerSecond: 8_000_000 } };
    environments.test = { type: 'test', allowRawData: true };
  });
  await world.environment('production', production.variables);
  const { operationId, result } = await world.cloner.startClone(CLONE);
  await untilCopying(production.standby);

  await onServer(production.primary, 'delete from rooms where id % 2 = 0');
  await onServer(production.primary, 'vacuum rooms');

  const { validation } = await result();
  expect(validation.errors).toEqual([]);
  expect(await world.target.column('select count(*)::int from rooms')).toEqual([2500]);
  const logs = [];
  for await (const operation of world.cloner.watch(operationId)) logs.push(...operation.logs);
  expect(logs).toContainEqual(
    expect.objectContaining({ message: 'the snapshot of the source was lost; copying again from a new one' }),
  );
}, 180_000);

async function untilCopying(url: string): Promise<void> {
  const reading = `select 1 / count(*) from pg_stat_activity where query like 'copy%' and application_name like 'envclone:%:copy-read'`;
  await expect
    .poll(
      () =>
        onServer(url, reading).then(
          () => true,
          () => false,
        ),
      { timeout: 60_000, interval: 50 },
    )
    .toBe(true);
}
