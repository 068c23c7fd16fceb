import type { TestSession } from '../../../contracts/test-suites.js';

/** A test that only says what is true. Its message must not quote rows. */
export function expectThat(isTrue: boolean, otherwise: string): asserts isTrue {
  if (!isTrue) throw new Error(otherwise);
}

/** Runs `work` in a transaction that leaves nothing behind. */
export async function rolledBack(session: TestSession, work: () => Promise<void>): Promise<void> {
  await session.query('begin');
  try {
    await work();
  } finally {
    await session.query('rollback');
  }
}

/** Runs a statement that the server has to refuse with this SQLSTATE; the transaction goes on. */
export async function expectRefusal(
  session: TestSession,
  { sql, values, sqlstate, otherwise }: { sql: string; values: unknown[]; sqlstate: string; otherwise: string },
): Promise<void> {
  await session.query('savepoint refusal');
  const refused = await session.query(sql, values).then(
    () => false,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === sqlstate) return true;
      throw error;
    },
  );
  expectThat(refused, otherwise);
  await session.query('rollback to savepoint refusal');
}
