import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultWorld } from '../world/fault-world.js';
import type { Fault } from '../world/run-fault.js';

const missing = ({ disks }: FaultWorld) => (disks ? undefined : 'root, to mount small disks');
const NEW_PASSWORD = 'another password';

/** What a clone needs besides the servers: room, a password, its restore point. */
export const RESOURCE_FAULTS: Fault[] = [
  {
    name: "the target's disk is full, until somebody makes room",
    inject: ({ disks }) => disks?.target.fill(),
    heal: ({ disks }) => disks?.target.clear(),
    healAfterMs: 10_000,
    missing,
  },
  {
    name: 'the artifact store is full, until somebody makes room',
    inject: ({ disks }) => disks?.store.fill(),
    heal: ({ disks }) => disks?.store.clear(),
    healAfterMs: 10_000,
    missing,
  },
  {
    name: "the target's password is changed, and later in the configuration",
    async inject({ target }) {
      await target.onServer(`alter role owner password '${NEW_PASSWORD}'`);
      await target.onServer(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'owner'`);
    },
    heal: (world) => world.configurePassword(NEW_PASSWORD),
    healAfterMs: 10_000,
  },
  {
    name: 'a part of the restore point is damaged, then the clone cancelled; the part is put back',
    strategies: ['archive'],
    async inject({ store }, clone) {
      await flipByte(await largestPart(store));
      await clone.cancel();
    },
    heal: async ({ store }) => flipByte(await largestPart(store)),
    healAfterMs: 10_000,
  },
];

async function largestPart(store: string): Promise<string> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.parentPath.includes('restore-point'))
    .map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
  const [largest] = sizes.sort((a, b) => b.size - a.size || a.file.localeCompare(b.file));
  if (!largest) throw new Error('the store has no restore point');
  return largest.file;
}

/** Twice makes it what it was. */
async function flipByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(file, bytes);
}
