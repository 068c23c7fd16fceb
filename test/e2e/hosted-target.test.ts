import { expect, test } from 'vitest';
import { createOwner } from '../../examples/loft/create.js';
import { databasesBeside, databaseUrl, onServer, type PostgresMajor } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld } from '../support/world.js';

test.each<PostgresMajor>([13, 17])(
  'on PostgreSQL %i a target role that is no superuser gets a valid clone',
  async (major) => {
    await using world = await createWorld({ major, restorePoint: 'auto' });
    const serverUrl = databaseUrl(world.target.url, 'postgres');
    const user = `owner_${world.target.name}`;
    const [url = ''] = await createOwner({ serverUrl, user, password: 'owner', databases: [world.target.name] });
    await world.environment('test', { DATABASE_URL: url, ENVCLONE_MASK_KEY: MASK_KEY });

    const result = await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });

    expect(result.validation.errors).toEqual([]);
    expect(result.warnings.join()).toContain('postgres');
    for (const beside of await databasesBeside(serverUrl, world.target.name))
      await onServer(serverUrl, `drop database "${beside}"`);
    await onServer(serverUrl, `drop database ${world.target.name} with (force)`);
    await onServer(serverUrl, `drop role if exists ${user}`).catch(() => {});
  },
  120_000,
);
