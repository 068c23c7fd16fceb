import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from './file-lock.js';

export interface AuditRecord {
  operation: string;
  /** `clone`, `rollback`, `prune`, … */
  action: string;
  source?: string | undefined;
  target?: string | undefined;
  /** Who asked, as the request says. */
  requestedBy?: string | undefined;
  /** `admitted`, `completed`, `failed: TARGET_BUSY`, … */
  outcome: string;
}

/** One line of the trail. */
export interface AuditEntry extends AuditRecord {
  /** ISO 8601, UTC. */
  at: string;
  /** The account that the process ran under. */
  osUser: string;
  /** SHA-256 of the line before, in hexadecimal; of nothing for the first one. */
  previous: string;
}

export interface AuditTrail {
  /** Appends one line. Processes that share the directory wait for one another. */
  record(record: AuditRecord): Promise<void>;
}

export type AuditVerdict = { intact: true; entries: number } | { intact: false; line: number; reason: string };

const FILE = 'audit.jsonl';
/** Count and hash of the last line, so that lines cut off the end are missed. */
const HEAD = 'audit.head.json';

/**
 * Who did what to which environment, and how it ended: append-only JSON lines, each with the hash of the line before. It shows tampering by whoever does not
 * rewrite the whole chain; keep a copy of the head elsewhere against those who would.
 */
export function openAuditTrail({ directory }: { directory: string }): AuditTrail {
  return {
    async record({ operation, action, source, target, requestedBy, outcome }) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await withFileLock(join(directory, 'audit.lock'), async () => {
        const lines = await readLines(directory);
        const entry: AuditEntry = {
          at: new Date().toISOString(),
          operation,
          action,
          ...(source && { source }),
          ...(target && { target }),
          ...(requestedBy && { requestedBy }),
          osUser: osUser(),
          outcome,
          previous: hashOf(lines.at(-1) ?? ''),
        };
        const line = JSON.stringify(entry);
        await appendFile(join(directory, FILE), `${await lineEndOwed(directory)}${line}\n`, { mode: 0o600 });
        await writeHead(directory, { lines: lines.length + 1, hash: hashOf(line) });
      });
    },
  };
}

/** All entries, oldest first; lines that cannot be read are left to `verifyAuditTrail`. */
export async function readAuditTrail(directory: string): Promise<AuditEntry[]> {
  return (await readLines(directory)).flatMap((line) => parseEntry(line) ?? []);
}

/** Finds the first line that was changed, removed or inserted. */
export async function verifyAuditTrail(directory: string): Promise<AuditVerdict> {
  const lines = await readLines(directory);
  let previous = hashOf('');
  for (const [at, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (!entry) return { intact: false, line: at + 1, reason: 'is not an entry' };
    if (entry.previous !== previous) {
      return {
        intact: false,
        line: at + 1,
        reason: 'does not follow the line before: one of them was changed, removed or inserted',
      };
    }
    previous = hashOf(line);
  }
  const head = await readHead(directory);
  if (!head)
    return lines.length === 0
      ? { intact: true, entries: 0 }
      : { intact: false, line: lines.length, reason: 'has no head to confirm it' };
  const last = lines[head.lines - 1];
  if (last === undefined)
    return { intact: false, line: lines.length + 1, reason: `is missing, up to line ${head.lines}` };
  if (hashOf(last) !== head.hash) return { intact: false, line: head.lines, reason: 'was changed' };
  return { intact: true, entries: lines.length };
}

async function readLines(directory: string): Promise<string[]> {
  const content = await readFile(join(directory, FILE), 'utf8').catch(absentAs(''));
  return content.split('\n').filter((line) => line !== '');
}

/** A process that died in the middle of a line must not take the next one with it. */
async function lineEndOwed(directory: string): Promise<string> {
  const content = await readFile(join(directory, FILE), 'utf8').catch(absentAs(''));
  return content === '' || content.endsWith('\n') ? '' : '\n';
}

function parseEntry(line: string): AuditEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'previous' in entry ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

interface Head {
  lines: number;
  hash: string;
}

async function readHead(directory: string): Promise<Head | undefined> {
  const content = await readFile(join(directory, HEAD), 'utf8').catch(absentAs(undefined));
  return content === undefined ? undefined : (JSON.parse(content) as Head);
}

async function writeHead(directory: string, head: Head): Promise<void> {
  const path = join(directory, HEAD);
  await writeFile(`${path}.tmp`, JSON.stringify(head), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

function absentAs<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** Containers may run under a number that has no name. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
