import { setTimeout as sleep } from 'node:timers/promises';
import { checksum } from '../../support/checksum.js';
import { findCanaries } from './canaries.js';
import type { Clone, Ended } from './clones.js';
import type { FaultWorld, Strategy } from './fault-world.js';
import { findLeftovers } from './leftovers.js';
import { type Moment, reach } from './moments.js';

/** Something that goes wrong while a clone runs. */
export interface Fault {
  name: string;
  inject(world: FaultWorld, clone: Clone): Promise<void> | void;
  /** What whoever runs the system does about it. Default: nothing. */
  heal?(world: FaultWorld, clone: Clone): Promise<void> | void;
  /** From `inject` to `heal`. Default 5 s. */
  healAfterMs?: number;
  /** Default 1. */
  workers?: number;
  /** Afterwards production is made again. */
  changesSource?: boolean;
  /** PostgreSQL empties unlogged tables after a crash, whatever a clone is at. */
  emptiesUnlogged?: boolean;
  /** Default: both. */
  strategies?: Strategy[];
  /** Why it cannot be tried on this machine. */
  missing?(world: FaultWorld): string | undefined;
}

/** What a fault would break is not there, or no more. */
export class NothingToBreak extends Error {}

export interface FaultRun {
  fault: string;
  moment: Moment;
  strategy: Strategy;
  /** `completed`; `undone: <code>`; what a person had to do besides. */
  outcome: string;
  seconds: number;
  /** Promises that were broken; none, when all is well. */
  broken: string[];
}

export interface Checksums {
  before: Awaited<ReturnType<typeof checksum>>;
  unfaulted: Awaited<ReturnType<typeof checksum>>;
}

/** What the target is before a clone, and after one that nothing happened to. */
export async function measureUnfaulted(world: FaultWorld): Promise<Checksums> {
  await world.reset({ strategy: 'swap', workers: 1 });
  const before = await checksum(world.target.url);
  const ended = await (await world.clones.start()).ended();
  if (ended.status !== 'completed') throw new Error(`a clone without a fault failed: ${ended.code}: ${ended.message}`);
  return { before, unfaulted: await checksum(world.target.url) };
}

export interface FaultRunInput {
  fault: Fault;
  moment: Moment;
  strategy: Strategy;
  checksums: Checksums;
}

/** Lets one clone meet one fault, and looks at everything that was promised about its end. */
export async function runFault(
  world: FaultWorld,
  { fault, moment, strategy, checksums }: FaultRunInput,
): Promise<FaultRun> {
  const startedAt = performance.now();
  await world.reset({ strategy, workers: fault.workers ?? 1 });
  try {
    const clone = await world.clones.start();
    await reach(clone, moment);
    await inject(world, clone, fault);
    const healed = heal(world, clone, fault);
    const [ended] = await Promise.all([clone.ended(healed), healed]);
    const { outcome, broken } = await judge(world, { fault, ended, checksums });
    const isUndone = outcome.includes('undone');
    broken.push(...(await findLeftovers(world, { mayKeep: !isUndone })));
    broken.push(...(await findCanaries(world.traces)));
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { fault: fault.name, moment, strategy, outcome, seconds, broken };
  } finally {
    if (fault.changesSource) await world.source.reset();
  }
}

/** A clone whose fault could not be injected is let run, so that it is in nobody's way. */
async function inject(world: FaultWorld, clone: Clone, fault: Fault): Promise<void> {
  try {
    await fault.inject(world, clone);
  } catch (error) {
    await clone.ended();
    throw error;
  }
}

async function heal(world: FaultWorld, clone: Clone, { heal, healAfterMs = 5_000 }: Fault): Promise<void> {
  if (!heal) return;
  await sleep(healAfterMs);
  await heal(world, clone);
}

interface Judged {
  outcome: string;
  broken: string[];
}

interface JudgeInput {
  fault: Fault;
  ended: Ended;
  checksums: Checksums;
}

async function judge(world: FaultWorld, { fault, ended, checksums }: JudgeInput): Promise<Judged> {
  const waited = ended.waited > 0 ? 'waited for a person, ' : '';
  if (ended.status === 'completed') return expecting(world, `${waited}completed`, checksums.unfaulted, fault);
  if (ended.target !== 'not restored') return expecting(world, `${waited}undone: ${ended.code}`, checksums.before);
  const next = await (await world.clones.start()).ended();
  if (next.status !== 'completed')
    return {
      outcome: `${ended.code}, the next clone: ${next.code}`,
      broken: [`stuck: ${ended.message} ${next.message}`],
    };
  const { broken } = await expecting(world, '', checksums.unfaulted);
  const back = await world.clones.rollback();
  if (back.status !== 'completed') broken.push(`the rollback of the next clone: ${back.code}: ${back.message}`);
  const judged = await expecting(world, `${ended.code}; the next clone undid it and completed`, checksums.before);
  return { ...judged, broken: [...broken, ...judged.broken] };
}

async function expecting(
  world: FaultWorld,
  outcome: string,
  expected: Checksums['before'],
  { emptiesUnlogged = false }: Pick<Fault, 'emptiesUnlogged'> = {},
): Promise<Judged> {
  const { schema, rows } = await checksum(world.target.url);
  const unlogged = new Set(emptiesUnlogged ? await unloggedTables(world) : []);
  const names = [...new Set([...Object.keys(rows), ...Object.keys(expected.rows)])];
  const different = names.filter((name) => rows[name] !== expected.rows[name]);
  const isEmptied = (name: string) => unlogged.has(name) && rows[name] === EMPTY;
  const broken = different
    .filter((name) => !isEmptied(name))
    .map((name) => `${name}: ${rows[name]} instead of ${expected.rows[name]}`);
  if (schema !== expected.schema) broken.push('the schema is another');
  return { outcome: different.some(isEmptied) ? `${outcome}, unlogged tables empty` : outcome, broken };
}

/** Number and hash of no rows. */
const EMPTY = '0 0';

async function unloggedTables({ target }: FaultWorld): Promise<string[]> {
  const client = await target.open();
  const { rows } = await client.query(`select oid::regclass::text as name from pg_class where relpersistence = 'u'`);
  await client.end();
  return rows.map(({ name }) => name);
}
