import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ColumnRule } from '../../contracts/plan.js';
import { cloneByEngine } from '../properties/engine-clone.js';
import type { CopyInput } from '../support/copy-unit.js';
import { createDatabase } from '../support/databases.js';

const COPY_PROCESS = fileURLToPath(new URL('./copy-process.ts', import.meta.url));
const LIMIT_MB = 256;
const MEGABYTES = 300;

const rule = (type: ColumnRule['type'], value?: string): ColumnRule => ({
  type,
  domain: type,
  isUnique: false,
  preserveFormat: false,
  ...(value !== undefined && { value }),
});

test.each([
  { name: 'binary', column: 'integer', rules: {}, wire: 'binary' },
  { name: 'text', column: 'mood[]', rules: {}, wire: 'text' },
  { name: 'binary, beside a masked field', column: 'integer', rules: { email: rule('email') }, wire: 'binary' },
  { name: 'text, beside a masked field', column: 'mood[]', rules: { email: rule('email') }, wire: 'text' },
])(`fields of ${MEGABYTES} MB pass in flat memory: $name`, expectFlat);

test.each([
  {
    name: 'binary, replaced',
    column: 'integer',
    rules: { big: rule('constant', 'x'), raw: rule('null') },
    wire: 'binary',
  },
  { name: 'text, replaced', column: 'mood[]', rules: { big: rule('constant', 'x'), raw: rule('null') }, wire: 'text' },
])(`fields of ${MEGABYTES} MB are replaced in flat memory: $name`, expectFlat);

interface Huge {
  /** Type of the last column. */
  column: string;
  rules: Record<string, ColumnRule>;
  wire: string;
}

async function expectFlat({ column, rules, wire }: Huge): Promise<void> {
  await using from = await createDatabase({ sql: sourceSql(column) });
  await using into = await createDatabase();
  const peaks: number[] = [];

  const { plan } = await cloneByEngine({
    from,
    into,
    rules: new Map([['public.huge', new Map(Object.entries(rules))]]),
    copy: async (input) => {
      const { rows, peakMegabytes } = await copyElsewhere(input);
      peaks.push(peakMegabytes);
      return rows;
    },
  });

  const masked = new Set(Object.keys(rules));
  const kept = ['id', 'email', 'big', 'raw', 'last'].filter((name) => !masked.has(name));
  const hashes = `select ${kept.map((name) => `md5(${name}::text)`).join(" || ' ' || ")} from huge order by id`;
  expect(await into.column(hashes)).toEqual(await from.column(hashes));
  expect(plan.units.flatMap(({ tables }) => tables.map((table) => table.wire))).toEqual([wire]);
  console.log(`peak of ${Math.max(...peaks)} MB`);
  expect(Math.max(...peaks)).toBeLessThan(LIMIT_MB);
}

/** One row with two huge fields between two small rows; kept as they are, for compressed they are nothing. */
function sourceSql(column: string): string {
  const times = (MEGABYTES * 1024 * 1024) / 32;
  return `
    create type mood as enum ('glad');
    create table huge (id integer, email text, big text, raw bytea, last ${column});
    alter table huge alter column big set storage external, alter column raw set storage external;
    insert into huge values
      (1, 'one@example.org', 'small', '\\x00', null),
      (2, 'two@example.org', repeat(md5('text'), ${times}), decode(repeat(md5('bytes') || md5('more'), ${times}), 'hex'), null),
      (3, 'three@example.org', '', '', null)`;
}

/** In a process of its own, whose memory is nothing but the copy's. */
async function copyElsewhere(input: CopyInput): Promise<{ rows: number; peakMegabytes: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', COPY_PROCESS], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(input));
  return JSON.parse(await text(child.stdout));
}
