import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { POSTGRES_MAJORS } from '../support/databases.js';
import { createWorld } from '../support/world.js';

const NASTY = new URL('../schema/nasty.sql', import.meta.url);

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i a schema with one of everything is cloned and valid',
  async (major) => {
    const schema = await readFile(NASTY, 'utf8');
    const readOnly = 'revoke usage on sequence public.customers_id_seq from public';
    await using world = await createWorld({ major, source: `${schema};${readOnly}` });

    const result = await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });

    expect(result.validation.errors).toEqual([]);
    expect(result.neutralized.map(({ kind }) => kind)).toContain('server');
  },
  120_000,
);
