import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { checksum } from '../support/checksum.js';
import { databaseUrl, onServer } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld } from '../support/world.js';

const major = 15;
const SERVER_USER = 65534;
const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(
  'a target whose disk fills up during the copy is as it was before',
  async () => {
    await using world = await createWorld({ major, source: BIG });
    const server = inject('postgresUrls')[major];
    const name = `${world.target.name}_small`;
    const disk = mkdtempSync(join(tmpdir(), 'envclone-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]);
    chownSync(disk, SERVER_USER, SERVER_USER);
    try {
      await onServer(server, `create tablespace ${name} location '${disk}'`);
      await onServer(server, `create database ${name} tablespace ${name}`);
      const url = databaseUrl(server, name);
      await onServer(url, 'create table mine as select n from generate_series(1, 1000) n');
      const before = await checksum(url);
      await world.environment('test', { DATABASE_URL: url, ENVCLONE_MASK_KEY: MASK_KEY });
      const clone = { source: 'production', target: 'test', confirm: 'test', onTrouble: 'rollback' as const };
      const failure = await world.cloner.cloneEnvironment(clone).catch((error: unknown) => error);

      expect(failure).toMatchObject({ code: 'DISK_FULL', target: 'restored' });
      expect(await checksum(url)).toEqual(before);
    } finally {
      await onServer(server, `drop database if exists ${name} with (force)`);
      await onServer(server, `drop tablespace if exists ${name}`);
      execFileSync('umount', [disk]);
      rmdirSync(disk);
    }
  },
  240_000,
);

const BIG = `
  create table public.readings (id bigint primary key, payload text not null);
  insert into public.readings select n, repeat(md5(n::text), 4) from generate_series(1, 300000) n;
`;
