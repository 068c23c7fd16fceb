import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { openDesk } from '../../worker/desk.js';
import { createWorld } from '../support/world.js';

const EMAIL = 'n.kessaix@mail.dz';
const NAME = 'Nadjwa Kessaix';
const CANARY = `ask ${NAME}, ${EMAIL} or 0770 12 34 56`;
const JSON_CANARY = JSON.stringify({ note: CANARY, deep: [{ who: { contact: EMAIL } }], [EMAIL]: 1 });

/** Type and value of each column with a canary: wherever text can be. */
const PLACES: readonly (readonly [type: string, value: string])[] = [
  ['text', CANARY],
  ['text', `\n\t\\${CANARY}\\`],
  ['text', `${'x '.repeat(50_000)}${CANARY}`],
  ['varchar', CANARY],
  ['varchar(100)', CANARY],
  ['char(80)', CANARY],
  ['name', EMAIL],
  ['citext', EMAIL.toUpperCase()],
  ['text collate "C"', CANARY],
  ['text not null', CANARY],
  ['a_domain', CANARY],
  ['a_domain_of_it', CANARY],
  ['text[]', `{plain,"${CANARY}",NULL}`],
  ['text[]', `{{a,b},{c,"${CANARY}"}}`],
  ['varchar(100)[]', `{"${CANARY}"}`],
  ['a_domain[]', `{"${CANARY}"}`],
  ['json', JSON_CANARY],
  ['jsonb', JSON_CANARY],
  ['json', JSON.stringify(CANARY)],
  ['jsonb', JSON.stringify([CANARY])],
  ['jsonb', JSON.stringify({ old: { email: EMAIL }, new: { full_name: NAME } })],
  ['text', JSON_CANARY],
  ['xml', `<p>${CANARY}</p>`],
  ['hstore', `"note"=>"${CANARY}"`],
  ['bytea', CANARY],
  ['a_composite', `(1,"${CANARY}","{""${EMAIL}""}")`],
  ['text', encodeURIComponent(EMAIL).replace('%40', '@')],
  ['text', `mailto:${EMAIL}`],
  ['text', `https://app.dz/?to=${EMAIL}`],
  ['text', `"${NAME}" <${EMAIL}>`],
  ['text', `${NAME}\u200f\u202e ${EMAIL}`],
];

const COLUMNS = PLACES.map((_, at) => `v${at}`);
const SOURCE = `
  create extension citext; create extension hstore; create schema "Où est-ce";
  create domain a_domain as text; create domain a_domain_of_it as a_domain check (value <> '');
  create type a_composite as (n int, note text, list text[]);
  create table people (id int primary key, email text unique, full_name text, phone text);
  insert into people select g, 'someone' || g || '@mail.dz', 'Ferhat Zitounix', '0661' || lpad(g::text, 6, '0') from generate_series(1, 50) g;
  insert into people values (100, '${EMAIL}', '${NAME}', '0770123456');
  create table places (id int primary key, ${PLACES.map(([type], at) => `v${at} ${type}`).join(', ')});
  insert into places values (7, ${PLACES.map(([, value]) => `'${value.replaceAll("'", "''")}'`).join(', ')});
  create table computed (id int primary key, a text, b text generated always as ('<' || a || '>') stored, d tsvector generated always as (to_tsvector('simple', a)) stored);
  insert into computed values (1, '${CANARY}');
  create materialized view gathered as select id, v0 as note from places;
  create table parted (k int, note text, primary key (k)) partition by range (k);
  create table parted_1 partition of parted for values from (0) to (10); create table parted_d partition of parted default;
  insert into parted values (1, '${CANARY}'), (11, '${CANARY}');
  create table by_note (note text) partition by hash (note);
  create table by_note_0 partition of by_note for values with (modulus 2, remainder 0); create table by_note_1 partition of by_note for values with (modulus 2, remainder 1);
  insert into by_note values ('${CANARY}');
  create table parent (id int, note text); create table child (more text) inherits (parent);
  insert into parent values (1, '${CANARY}'); insert into child values (2, '${CANARY}', '${CANARY}');
  create unlogged table fleeting (note text); insert into fleeting values ('${CANARY}');
  create table "Où est-ce"."Tàble ""1""" ("La colonne" text); insert into "Où est-ce"."Tàble ""1""" values ('${CANARY}');
  create table refers (email text references people (email)); insert into refers values ('${EMAIL}');
  create index on places (lower(v0)) where length(v0) > 5; create statistics on_two on v0, v3 from places;
  analyze`;

const EVERYWHERE = [
  ...COLUMNS.map((column) => `public.places.${column}`),
  'public.computed.a',
  'public.computed.b',
  'public.gathered.note',
  'public.parted.note',
  'public.by_note.note',
  'public.parent.note',
  'public.child.note',
  'public.child.more',
  'public.fleeting.note',
  'Où est-ce.Tàble "1".La colonne',
];

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test('a person planted everywhere is nowhere in the clone, and is found wherever a rule is taken away', async () => {
  await using world = await createWorld({ major: 15, source: SOURCE });
  await world.cloner.cloneEnvironment(CLONE);
  const { stdout } = await promisify(execFile)('pg_dump', [world.target.url], { maxBuffer: 64 * 1024 * 1024 });
  expect(stdout).toContain('COPY public.places');
  expect(traceOf(stdout)).toEqual([]);
  expect(traceOf(stdout.replace(/[^\p{L}\d]/gu, ''))).toEqual([]);
  const [statistics = ''] = await world.target.column<string>(
    `select string_agg(concat(most_common_vals, histogram_bounds), ' ') from pg_stats where schemaname not like 'pg\\_%'`,
  );
  expect(statistics.length).toBeGreaterThan(100);
  expect(traceOf(statistics)).toEqual([]);

  const file = join(world.directory, 'envclone.rules.json');
  const { rules } = JSON.parse(await readFile(file, 'utf8')) as { rules: AnonymizationRule[] };
  const kept = rules.map(({ tableName, columnName, ...rule }) =>
    tableName === 'public.people'
      ? { tableName, columnName, ...rule }
      : { tableName, columnName, anonymizationType: 'keep' },
  );
  await writeFile(file, JSON.stringify({ rules: kept }));
  const handle = await world.cloner.startClone(CLONE);
  await expect(handle.result()).rejects.toMatchObject({ code: 'VALIDATION_FAILED', target: 'restored' });
  const { json } = await (await openDesk(world.directory)).report(handle.operationId);
  const found = new Set(json.validation?.errors.map(({ object }) => object));
  expect(EVERYWHERE.filter((place) => !found.has(place))).toEqual([]);
  expect(EVERYWHERE.length).toBeGreaterThanOrEqual(40);
  expect(traceOf(JSON.stringify(json))).toEqual([]);
}, 120_000);

/** What of the planted person is in a text. */
function traceOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/kessaix|nadjwa|0?770 ?12 ?34 ?56/g))];
}
