import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { ConnectionManager } from '../connection-manager.js';
import { SchemaMismatchError } from '../errors.js';
import type { CreateManager } from './create-manager.js';

/** Statements of one environment. */
export interface Queries {
  /** @throws SchemaMismatchError for a column or table that this environment lacks; pg's error otherwise */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
  /** One connection from `begin` to `commit`; every `query` that `work` makes, in whatever repository, is part of it. Nested: a savepoint. */
  withTransaction<T>(work: () => Promise<T>): Promise<T>;
}

interface Transaction {
  client: PoolClient;
  depth: number;
}

export function createQueries<Name extends string>(connections: ConnectionManager<Name>): CreateManager<Queries> {
  return ({ environment, access }) => {
    const name = environment as Name;
    const transactions = new AsyncLocalStorage<Transaction>();

    const withClient = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
      const client = await connections.getConnection(name, access);
      try {
        const result = await work(client);
        client.release();
        return result;
      } catch (error) {
        connections.reportFailure(name, error, access);
        client.release(isLost(error));
        throw error;
      }
    };

    const begin = (work: () => Promise<unknown>) =>
      withClient(async (client) => {
        await client.query('begin');
        try {
          const result = await transactions.run({ client, depth: 0 }, work);
          await client.query('commit');
          return result;
        } catch (error) {
          if (!isLost(error)) await client.query('rollback').catch(() => {});
          throw error;
        }
      });

    const manager: Queries = {
      async query(text, values) {
        const transaction = transactions.getStore();
        try {
          const run = (client: PoolClient) => client.query(text, values);
          return (await (transaction ? run(transaction.client) : withClient(run))) as never;
        } catch (error) {
          throw explained(error);
        }
      },
      async withTransaction(work) {
        const outer = transactions.getStore();
        if (!outer) return (await begin(work)) as Awaited<ReturnType<typeof work>>;
        const inner = { client: outer.client, depth: outer.depth + 1 };
        const savepoint = `switcher_${inner.depth}`;
        await inner.client.query(`savepoint ${savepoint}`);
        try {
          const result = await transactions.run(inner, work);
          await inner.client.query(`release savepoint ${savepoint}`);
          return result;
        } catch (error) {
          await inner.client.query(`rollback to savepoint ${savepoint}`);
          throw error;
        }
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
