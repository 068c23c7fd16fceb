// Makes a checkout ready: node_modules, a Temporal server program, dist/. Node built-ins only, for it runs before anything is installed.
// Usage: node scripts/setup.mjs [--temporal] [--s3] [--build]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuilt } from './is-built.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'envclone');
const TEMPORAL_CLI = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'; // later versions do not install with `go install`
const S3_SERVER = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'; // for tests alone
const LOCK_TIMEOUT_MS = 15 * 60_000;
/** Outside the checkout: `npm ci` empties node_modules. */
const CHECKOUT_LOCK = join(CACHE, `checkout-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}.lock`);

main(process.argv.slice(2));

function main(wanted) {
  withLock(CHECKOUT_LOCK, installPackages);
  if (wanted.includes('--temporal')) withLock(join(CACHE, 'temporal.lock'), installTemporal);
  if (wanted.includes('--s3')) withLock(join(CACHE, 's3.lock'), installS3Server);
  if (wanted.includes('--build')) withLock(CHECKOUT_LOCK, build);
}

function installPackages() {
  const marker = join(ROOT, 'node_modules', '.envclone-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  if (!existsSync(marker) && isInstalled()) return writeFileSync(marker, lock);
  timed('installing packages (npm ci), about a minute', () =>
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']),
  );
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, lock);
}

/** npm's own record of what is installed is as new as the lockfile. */
function isInstalled() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  return existsSync(record) && statSync(record).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

function installTemporal() {
  if (process.env.TEMPORAL_ADDRESS || process.env.ENVCLONE_TEMPORAL_CLI || findOnPath('temporal')) return;
  const program = join(CACHE, 'bin', 'temporal');
  if (existsSync(program)) return;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  if (timed('downloading the Temporal CLI', () => download(program))) return;
  if (!findOnPath('go'))
    fail(
      'Temporal could not be downloaded, and Go is not here to build it. Install the temporal CLI or Go, or set TEMPORAL_ADDRESS.',
    );
  timed('building the Temporal CLI with Go, once: 3 to 5 minutes', () =>
    run('go', ['install', TEMPORAL_CLI], { GOBIN: join(CACHE, 'bin'), GOFLAGS: '' }),
  );
}

/** Without Go, tests of the S3 store are left out. */
function installS3Server() {
  if (findOnPath('versitygw') || existsSync(join(CACHE, 'bin', 'versitygw')) || !findOnPath('go')) return;
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  timed('building an S3 server for tests with Go, once: 1 to 3 minutes', () =>
    run('go', ['install', S3_SERVER], { GOBIN: join(CACHE, 'bin'), GOFLAGS: '' }),
  );
}

function download(program) {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const url = `https://temporal.download/cli/archive/latest?platform=${platform}&arch=${architecture}`;
  const archive = `${program}.tar.gz`;
  const fetched = spawnSync('curl', ['-fsSL', '--connect-timeout', '5', '--max-time', '120', '-o', archive, url]);
  const unpacked =
    fetched.status === 0 && spawnSync('tar', ['-xzf', archive, '-C', dirname(program), 'temporal']).status === 0;
  rmSync(archive, { force: true });
  return unpacked && existsSync(program);
}

function build() {
  if (isBuilt()) return;
  timed('building dist', () => run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')]));
}

/** One at a time, also between processes; a lock whose process is gone counts for nothing. */
function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const until = Date.now() + LOCK_TIMEOUT_MS;
  while (!tryLock(path)) {
    if (Date.now() > until) fail(`another set-up has held ${path} for too long; remove it when none is running`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(path, { encoding: 'utf8' }) || 0);
    if (holder && !isAlive(holder)) rmSync(path, { force: true });
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function findOnPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`] : [program];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => names.some((name) => existsSync(join(folder, name))));
}

function run(program, args, variables = {}) {
  const { status } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...variables },
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`${program} ${args.join(' ')} failed`);
  return true;
}

function timed(what, work) {
  const since = Date.now();
  process.stderr.write(`set-up: ${what} …\n`);
  const result = work();
  process.stderr.write(
    `set-up: ${result ? 'done' : 'not possible here'} after ${Math.round((Date.now() - since) / 1000)} s\n`,
  );
  return result;
}

function fail(message) {
  process.stderr.write(`set-up: ${message}\n`);
  process.exit(1);
}
