import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type LocalPostgres, startLocalPostgres } from '../local-postgres.js';
import { createLoft, createReader } from './create.js';

const CLI = fileURLToPath(new URL('../../client/cli/main.js', import.meta.url));
const CONFIG = new URL('./envclone.config.js', import.meta.url).href;
const READER = { user: 'envclone_reader', password: randomBytes(12).toString('hex') };

const GUESTS = `select full_name, email, phone from public.guests order by id limit 3`;

/** Two servers, a production database with the sample in it, and the command line from plan to report. */
async function demo(scale: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-demo-'));
  const servers: LocalPostgres[] = [];
  const stop = async () => {
    await envclone(directory, ['up', '--stop']).catch(() => {});
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  try {
    say('Two PostgreSQL servers start: one for production, one for test');
    servers.push(...(await Promise.all([startLocalPostgres({ major: 17 }), startLocalPostgres({ major: 17 })])));
    const [production, test] = servers as [LocalPostgres, LocalPostgres];
    say(`Production is filled with the sample company (scale ${scale})`);
    await createLoft({ serverUrl: production.url(), database: 'loft', scale, seed: 1 });
    await createReader({ serverUrl: production.url(), database: 'loft', ...READER });
    await configure({ directory, production, test });

    say('What a clone would do');
    await envclone(directory, ['rules', 'production', '--write', '--undecided', 'mask']);
    await envclone(directory, ['plan', 'production', 'test']);
    say('The clone');
    await envclone(directory, ['clone', 'production', 'test', '--confirm', 'test']);
    say('Three guests, before and after');
    await show('production', production.url('loft'));
    await show('test', test.url('loft_test'));
    say('What can be undone');
    await envclone(directory, ['restore-points', 'test']);
  } finally {
    await stop();
  }
}

async function configure({
  directory,
  production,
  test,
}: {
  directory: string;
  production: LocalPostgres;
  test: LocalPostgres;
}) {
  const reader = new URL(production.url('loft'));
  [reader.username, reader.password] = [READER.user, READER.password];
  await writeFile(join(directory, 'envclone.config.mjs'), `export { default } from '${CONFIG}';\n`);
  await writeFile(join(directory, '.env.production'), `DATABASE_URL=${reader}\n`);
  await writeFile(
    join(directory, '.env.test'),
    `DATABASE_URL=${test.url('loft_test')}\nENVCLONE_MASK_KEY=${randomBytes(32).toString('base64')}\n`,
  );
  await writeFile(join(directory, '.env.training'), `DATABASE_URL=${test.url('loft_training')}\n`);
}

/** Runs the command line as a person would. @throws Error when it fails */
async function envclone(directory: string, args: string[]): Promise<void> {
  process.stderr.write(`\n$ envclone ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [CLI, '-C', directory, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`envclone ${args[0]} ended with exit code ${code}`);
}

async function show(environment: string, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ full_name: string; email: string; phone: string }>(GUESTS);
  await client.end();
  for (const { full_name, email, phone } of rows) {
    process.stdout.write(`${environment.padEnd(11)} ${full_name.padEnd(28)} ${email.padEnd(38)} ${phone}\n`);
  }
}

function say(what: string): void {
  process.stderr.write(`\n── ${what}\n`);
}

const { values } = parseArgs({ options: { scale: { type: 'string', default: '1' } } });
await demo(Number(values.scale));
