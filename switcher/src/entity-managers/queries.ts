import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { ConnectionManager } from '../connection-manager.js';
import { SchemaMismatchError, TransactionOverError, TransactionRolledBackError } from '../errors.js';
import { jobScope, runInScope } from '../request-scope.js';
import type { CreateManager } from './create-manager.js';

/** Statements of one environment. */
export interface Queries {
  /** @throws SchemaMismatchError for a column or table that this environment lacks; pg's error otherwise */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
  /**
   * One connection from `begin` to `commit`; every `query` that `work` makes, in whatever repository, is part of it. Nested: a savepoint.
   * @throws TransactionRolledBackError when a statement failed and `work` went on all the same
   */
  withTransaction<T>(work: () => Promise<T>): Promise<T>;
}

interface Transaction {
  client: PoolClient;
  depth: number;
  isOver: boolean;
  /** Nested ones wait for each other: savepoints of one connection cannot overlap. */
  nested: Promise<unknown>;
}

export function createQueries<Name extends string>(connections: ConnectionManager<Name>): CreateManager<Queries> {
  return ({ environment, access }) => {
    const name = environment as Name;
    const transactions = new AsyncLocalStorage<Transaction>();

    const query = async (text: string, values: unknown[] | undefined) => {
      const transaction = transactions.getStore();
      if (transaction?.isOver) throw new TransactionOverError();
      if (transaction) return transaction.client.query(text, values);
      const client = await connections.getConnection(name, access);
      try {
        const result = await client.query(text, values);
        client.release();
        return result;
      } catch (error) {
        connections.reportFailure(name, error, access);
        client.release(isLost(error));
        throw error;
      }
    };

    /** Work in a transaction is work of its environment, also where there is no request: it cannot ask for another. */
    const inTransaction = <T>(transaction: Transaction, work: () => Promise<T>): Promise<T> =>
      runInScope(jobScope(name), () => transactions.run(transaction, work)).finally(() => {
        transaction.isOver = true;
      });

    const begin = async <T>(work: () => Promise<T>): Promise<T> => {
      const client = await connections.getConnection(name, access);
      let isLeft = false;
      try {
        await client.query('begin');
        const result = await inTransaction({ client, depth: 0, isOver: false, nested: Promise.resolve() }, work);
        const { command } = await client.query('commit');
        if (command !== 'COMMIT') throw new TransactionRolledBackError();
        return result;
      } catch (error) {
        connections.reportFailure(name, error, access);
        isLeft = isLost(error) || !(await succeeds(client.query('rollback')));
        throw error;
      } finally {
        client.release(isLeft);
      }
    };

    const nest = async <T>(outer: Transaction, work: () => Promise<T>): Promise<T> => {
      const { client, depth } = outer;
      const savepoint = `switcher_${depth + 1}`;
      await client.query(`savepoint ${savepoint}`);
      try {
        const result = await inTransaction(
          { client, depth: depth + 1, isOver: false, nested: Promise.resolve() },
          work,
        );
        await client.query(`release savepoint ${savepoint}`);
        return result;
      } catch (error) {
        await client.query(`rollback to savepoint ${savepoint}`);
        throw error;
      }
    };

    const manager: Queries = {
      async query(text, values) {
        try {
          return (await query(text, values)) as never;
        } catch (error) {
          throw explained(error);
        }
      },
      async withTransaction(work) {
        const outer = transactions.getStore();
        if (!outer) return begin(work);
        if (outer.isOver) throw new TransactionOverError();
        const mine = outer.nested.then(() => nest(outer, work));
        outer.nested = mine.catch(() => {});
        return mine;
      },
    };

    /** What is missing here and not in the default environment is no mistake of the statement. */
    const explained = (error: unknown): unknown => {
      const { schema } = connections.getConnectionStatus(name, access);
      const isMissing = UNDEFINED.has(codeOf(error));
      return isMissing && schema.status === 'different' && schema.missing.length > 0
        ? new SchemaMismatchError(environment, schema.missing, { cause: error })
        : error;
    };

    return { get: () => manager };
  };
}

/** undefined_column, undefined_table, undefined_function */
const UNDEFINED = new Set(['42703', '42P01', '42883']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** The connection cannot be used again. */
function isLost(error: unknown): boolean {
  const code = codeOf(error);
  const isStatement = /^[0-9A-Z]{5}$/.test(code) && !/^(08|57P)/.test(code);
  return (
    error instanceof Error &&
    !isStatement &&
    /timeout|terminated|not queryable|ECONN|EPIPE/i.test(`${code} ${error.message}`)
  );
}
