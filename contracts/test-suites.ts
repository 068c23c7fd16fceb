import type { TestType } from './validation.js';

/** A connection that a test uses; statements run with `search_path = pg_catalog`. */
export interface TestSession extends AsyncDisposable {
  query<Row extends Record<string, unknown> = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** The first row. */
  one<Row extends Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row>;
  /** Runs `work` between `begin` and `commit`; rolls back when it throws. */
  transaction<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Calls `listener` for each NOTIFY on a channel this session listens to. */
  onNotification(listener: (channel: string, payload: string) => void): void;
}

/** What a test works with. Sessions are closed when the test ends, however it ends. */
export interface TestContext {
  /** The environment's name. */
  environment: string;
  /** A session on the clone. Roll back, or clean up, what the test writes. */
  session: TestSession;
  /** Another session, for what takes two. */
  connect(): Promise<TestSession>;
  /** Aborted when the test's time is over. */
  signal: AbortSignal;
}

/** One fact about a clone; it holds when `execute` returns, and does not when it throws. */
export interface Test {
  name: string;
  type: TestType;
  execute(context: TestContext): Promise<void>;
  /** Milliseconds that one attempt may take. */
  timeout: number;
  /** Attempts after the first one. */
  retries: number;
}

export interface TestSuite {
  name: string;
  tests: Test[];
  /** Its tests may run at the same time; otherwise one after the other. */
  runInParallel: boolean;
}
