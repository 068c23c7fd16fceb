import { describe, expect, inject, test } from 'vitest';
import { readSchema } from '../../activities/read-schema.js';
import { collectFacts } from '../../engine/anonymizer/column-facts.js';
import { mergeProposals, openGroups } from '../../engine/anonymizer/merge-proposals.js';
import { type SampleColumnsInput, type SampledColumns, sampleColumns } from '../../engine/anonymizer/sample-columns.js';
import { createDatabase, databaseUrl, onServer, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

const UUID = `'a0eebc99-9c0b-4ef8-bb6d-' || lpad(n::text, 12, '0')`;

interface Looked extends SampledColumns {
  /** By `table.column`: type, confidence and reason. */
  verdicts: Record<string, [type: string, confidence: string, reason: string]>;
  paths: Record<string, unknown>;
}

async function look(
  database: TestDatabase,
  { url = database.url, ...input }: Partial<Pick<SampleColumnsInput, 'withinMs'>> & { url?: string } = {},
): Promise<Looked> {
  const schema = await readSchema(sourceOf(database));
  const columns = openGroups(schema, []).flat();
  const source = sourceOf({ name: database.name, url });
  const sampled = await sampleColumns({ source, facts: collectFacts(schema), columns, ...input });
  const { proposals, remaining } = mergeProposals({ schema, rules: [], samples: sampled.samples });
  const all = [...proposals, ...remaining.map(({ proposal }) => proposal)];
  const labelled = all.map(({ rule, confidence, reason }) => ({
    label: `${rule.tableName.replace('public.', '')}.${rule.columnName}`,
    rule,
    verdict: [rule.anonymizationType, confidence, reason] as [string, string, string],
  }));
  return {
    ...sampled,
    verdicts: Object.fromEntries(labelled.map(({ label, verdict }) => [label, verdict])),
    paths: Object.fromEntries(labelled.map(({ label, rule }) => [label, rule.paths])),
  };
}

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  test('values decide where names are silent or sound harmless, and the reason counts them', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create domain address_line as text;
        create table contacts (
          reference text, email text, x1 text, x2 varchar(40), x3 address_line, x4 text[], x5 text, x6 text, x7 char(36));
        insert into contacts
        select case when n <= 30 then 'R-' || n else 'karim' || n || '@example.dz' end, 'user' || n || '@example.dz',
               '055' || (1000000 + n), ${UUID}, n || ' rue Didouche Mourad', array['a' || n || '@example.dz'],
               (array['open', 'closed', 'pending'])[1 + n % 3], (array['Alpha', 'Beta'])[1 + n % 2], md5(n::text)
          from generate_series(1, 400) n;`,
    });
    const { verdicts, notes } = await look(database);
    expect(notes).toEqual([]);
    expect(verdicts).toMatchObject({
      'contacts.reference': ['email', 'certain', '370 of 400 sampled values are e-mail addresses'],
      'contacts.email': [
        'email',
        'certain',
        'named like an e-mail address; 400 of 400 sampled values are e-mail addresses',
      ],
      'contacts.x1': ['phone', 'likely', '400 of 400 sampled values are phone numbers'],
      'contacts.x2': ['keep', 'certain', '400 of 400 sampled values are UUIDs'],
      'contacts.x3': ['address', 'likely', '400 of 400 sampled values are addresses'],
      'contacts.x4': ['email', 'certain', '400 of 400 sampled values are e-mail addresses'],
      'contacts.x5': ['keep', 'likely', '3 different codes in 400 sampled values'],
      'contacts.x6': ['mask', 'none', 'its name does not say what it holds'],
      'contacts.x7': [expect.any(String), 'likely', '400 of 400 sampled values are digests'],
    });
  });

  test('a password is replaced by one that is known where values are hashes, and by another token where not', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table accounts (password text, mot_de_passe text, notes text, ref text);
        insert into accounts
        select '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17l' || lpad(n::text, 3, '0'), 'plain-' || n,
               'FR1420041010050500013M02606', '4111 1111 1111 1111'
          from generate_series(1, 50) n;`,
    });
    const { verdicts } = await look(database);
    expect(verdicts).toMatchObject({
      'accounts.password': ['passwordHash', 'certain', '50 of 50 sampled values are hashes of passwords'],
      'accounts.mot_de_passe': ['token', 'certain', 'named like a password'],
      'accounts.notes': ['accountNumber', 'certain', '50 of 50 sampled values are IBANs'],
      'accounts.ref': ['cardNumber', 'certain', '50 of 50 sampled values are card numbers'],
    });
  });

  test('a few personal values in a column that sounds harmless need a person', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table payments (reference text, x text);
        insert into payments
        select case when n <= 12 then 'p' || n || '@example.dz' else 'R-' || n end,
               case when n <= 12 then 'p' || n || '@example.dz' else ${UUID} end
          from generate_series(1, 300) n;`,
    });
    const undecided = ['mask', 'none', '12 of 300 sampled values are e-mail addresses, the others are not'];
    expect((await look(database)).verdicts).toEqual({ 'payments.reference': undecided, 'payments.x': undecided });
  });

  test('texts inside JSON are recognized by path, and keys that are data name no path', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table events (payload jsonb, raw json);
        insert into events
        select jsonb_build_object('actor', jsonb_build_object('contact', 'a' || n || '@example.dz'), 'secretname' || n, 'b@example.dz'),
               json_build_object('items', json_build_array(json_build_object('reach', '+213 551 23 45 67')))
          from generate_series(1, 50) n;`,
    });
    const { paths, verdicts } = await look(database);
    expect(paths).toEqual({
      'events.payload': { 'actor.contact': 'email' },
      'events.raw': { 'items.reach': 'phone' },
    });
    expect(verdicts['events.payload']?.slice(0, 2)).toEqual(['json', 'likely']);
  });

  test('of a big table and of partitions a part is read; an empty table leaves the name to decide', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table big (x text); insert into big select 'a' || n || '@example.dz' from generate_series(1, 60000) n;
        create table parts (x text, day int) partition by list (day);
        create table parts_1 partition of parts for values in (1);
        create table parts_2 partition of parts default;
        insert into parts select 'b' || n || '@example.dz', n % 3 from generate_series(1, 30000) n;
        create table nothing (email text, x text);
        analyze;`,
    });
    const { samples, verdicts } = await look(database);
    expect([...samples.values()].map(({ values }) => values)).toEqual([1000, 0, 0, 1000]);
    expect(verdicts).toMatchObject({
      'big.x': ['email', 'certain', '1000 of 1000 sampled values are e-mail addresses'],
      'parts.x': ['email', 'certain', expect.any(String)],
      'nothing.email': ['email', 'certain', 'named like an e-mail address'],
      'nothing.x': ['mask', 'none', expect.any(String)],
    });
  });

  test('tables that cannot be read, and those for which no time is left, are notes without values', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table open (x text); create table closed (x text); create table guarded (x text);
        insert into open values ('canary@example.dz'); insert into guarded values ('canary@example.dz');
        create function tell(x text) returns bool language plpgsql as $$ begin raise exception '%', x; end $$;
        alter table guarded enable row level security;
        create policy p on guarded using (public.tell(x));`,
    });
    const server = inject('postgresUrls')[major];
    const reader = { user: `r_${database.name}`, password: 'r' };
    await database.run(
      `create role ${reader.user} login password 'r'; grant select on open, guarded to ${reader.user}`,
    );
    const limited = await look(database, { url: databaseUrl(server, database.name, reader) });
    expect(limited.notes).toEqual([
      'public.closed was not sampled: permission denied for table closed (42501)',
      'public.guarded was not sampled: the server refused it (P0001)',
    ]);
    expect(limited.samples.size).toBe(1);
    const late = await look(database, { withinMs: 0 });
    expect(late.notes[0]).toBe('public.closed was not sampled: 0 s were over');
    expect(late.notes).toHaveLength(3);
    await database.run(`drop owned by ${reader.user}`);
    await onServer(server, `drop role ${reader.user}`);
  });

  test('counts are all that is kept of values', async () => {
    await using database = await createDatabase({
      major,
      sql: `
        create table t (email text, x text, y text, j jsonb);
        insert into t select 'canary' || n || '@example.dz', 'Canary Benali', repeat('canary ', 200), '{"k": "canary"}'
          from generate_series(1, 300) n;`,
    });
    const looked = await look(database);
    const everything = JSON.stringify(looked, (_, value) => (value instanceof Map ? [...value] : value));
    expect(everything).not.toMatch(/canary/i);
    expect(looked.samples.size).toBe(4);
  });
});

test('values that are harmless or agree leave the rule that a name asks for', async () => {
  await using database = await createDatabase({
    sql: `
      create table guests (email text, session_token text, provider_id text, username text, x varchar(5) primary key);
      insert into guests
      select 'a' || n || '@example.dz', ${UUID}, ${UUID}, 'a' || n || '@example.dz', n from generate_series(1, 50) n;`,
  });
  const { verdicts } = await look(database);
  const types = Object.values(verdicts).map(([type]) => type);
  expect([types[0], types[3], types[4]]).toEqual(['guestEmail', 'email', 'accountNumber']);
  expect(types).not.toContain('keep');
});

test('columns that a foreign key ties together are judged as one', async () => {
  await using database = await createDatabase({
    sql: `
      create table people (x1 text primary key);
      create table visits (guest_email text references people);
      insert into people select 'x' || n || '@example.dz' from generate_series(1, 50) n;`,
  });
  expect((await look(database)).verdicts).toEqual({
    'people.x1': ['email', 'certain', '50 of 50 sampled values are e-mail addresses'],
  });
  await database.run('delete from people');
  expect((await look(database)).verdicts).toEqual({
    'people.x1': [
      'guestEmail',
      'certain',
      'public.visits.guest_email, tied to it by a foreign key: named like an e-mail address',
    ],
  });
});
