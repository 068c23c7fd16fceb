import { expect, test } from 'vitest';
import { clearStamp, readStamps, writeStamp } from '../../engine/safety/stamp.js';
import { createDatabase, POSTGRES_MAJORS } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createRole } from './world.js';

test.each(POSTGRES_MAJORS)(
  'a superuser stamps by a setting, an owner by a comment, on PostgreSQL %i',
  async (major) => {
    await using role = await createRole({ major });
    await using database = await createDatabase({ major });
    await database.run(`alter database ${database.name} owner to ${role.name}`);
    await database.run(`comment on database ${database.name} is 'the comment'`);
    for (const [url, from] of [
      [role.on(database), 'comment'],
      [database.url, 'setting'],
    ] as const) {
      const target = targetOf({ name: database.name, url });
      await writeStamp(target, 'test');
      await writeStamp(target, 'test');
      await using session = await target.connect({ purpose: 'test' });
      expect(await readStamps(session)).toMatchObject([{ environment: 'test', from }]);
      await clearStamp(target);
      expect(await readStamps(session)).toEqual([]);
    }
    expect(
      await database.column(
        `select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()`,
      ),
    ).toEqual(['the comment']);
  },
);
