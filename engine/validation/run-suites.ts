import { EnvcloneError } from '../../contracts/errors.js';
import type { Test, TestSuite } from '../../contracts/test-suites.js';
import type { TestResult } from '../../contracts/validation.js';
import { describePostgresError, postgresFields } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

const PARALLEL_TESTS = 4;
const MESSAGE_LENGTH = 300;

export interface RunSuitesOptions {
  signal?: AbortSignal;
}

/** Runs suites one after the other; results in the order of the tests. @throws the signal's reason when it is aborted, and nothing else */
export async function runSuites(
  target: ConfirmedTarget,
  suites: readonly TestSuite[],
  { signal }: RunSuitesOptions = {},
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const suite of suites) results.push(...(await runSuite(target, suite, signal)));
  return results;
}

async function runSuite(target: ConfirmedTarget, suite: TestSuite, signal?: AbortSignal): Promise<TestResult[]> {
  const results: TestResult[] = [];
  const waiting = [...suite.tests.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [at, test] = next;
      signal?.throwIfAborted();
      results[at] = { suite: suite.name, ...(await runTest(target, test, signal)) };
    }
  };
  await Promise.allSettled(Array.from({ length: suite.runInParallel ? PARALLEL_TESTS : 1 }, worker));
  signal?.throwIfAborted(); // nothing else makes a worker throw
  return results;
}

async function runTest(target: ConfirmedTarget, test: Test, signal?: AbortSignal): Promise<Omit<TestResult, 'suite'>> {
  const since = performance.now();
  let attempts = 0;
  let verdict: Verdict;
  do {
    signal?.throwIfAborted();
    attempts++;
    verdict = await attempt(target, test, signal);
  } while (verdict.status !== 'passed' && attempts <= test.retries);
  signal?.throwIfAborted();
  return { name: test.name, type: test.type, ...verdict, attempts, durationMs: Math.round(performance.now() - since) };
}

type Verdict = Pick<TestResult, 'status' | 'message'>;

async function attempt(target: ConfirmedTarget, test: Test, signal?: AbortSignal): Promise<Verdict> {
  const sessions = trackSessions(target);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), test.timeout);
  const ended = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  const work = async () => {
    const session = await sessions.connect();
    await test.execute({ environment: target.environment, session, connect: sessions.connect, signal: ended });
  };
  try {
    const isDone = await Promise.race([work().then(() => true), abortOf(ended).then(() => false)]);
    if (isDone) return { status: 'passed' };
    return { status: 'timed_out', message: `no answer within ${test.timeout} ms` };
  } catch (error) {
    if (ended.aborted) return { status: 'timed_out', message: `no answer within ${test.timeout} ms` };
    return { status: 'failed', message: messageOf(error) };
  } finally {
    clearTimeout(timer);
    await sessions.closeAll({ isHanging: ended.aborted });
  }
}

/** Sessions of one attempt. One that opens after the attempt's end is closed at once. */
function trackSessions(target: ConfirmedTarget) {
  const opened = new Set<Session>();
  let isOver = false;
  return {
    async connect(): Promise<Session> {
      const session = await target.connect({ purpose: 'test' });
      if (isOver) {
        await session.close();
        throw new Error('the test is over');
      }
      opened.add(session);
      return session;
    },
    async closeAll({ isHanging }: { isHanging: boolean }): Promise<void> {
      isOver = true;
      const close = async (session: Session) => {
        if (isHanging) await session.cancel();
        await session.close();
      };
      await Promise.all([...opened].map(close));
    },
  };
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A test's own words; of what a server said, only what names objects. */
function messageOf(error: unknown): string {
  if (postgresFields(error)) return describePostgresError(error);
  if (error instanceof EnvcloneError) return `${error.code}: ${error.message}`;
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.slice(0, MESSAGE_LENGTH);
}
