import type { EntityManager, Options } from '@mikro-orm/postgresql';
import { MikroORM } from '@mikro-orm/postgresql';
import type { ClientBase } from 'pg';
import { refusalOf } from '../connections/scoped-pool.js';
import type { RequestScope } from '../contracts/switch-request.js';
import type { CreateManager } from './create-manager.js';

/**
 * `switcher.entityManagers(mikroOrmManager({ entities }))`. Each request has a fork of its own, as with RequestContext. The context's name differs by
 * environment: otherwise MikroORM would run what is nested in a transaction of one environment in the other.
 */
export function mikroOrmManager(
  options: Omit<Options, 'clientUrl' | 'contextName' | 'pool' | 'driverOptions'>,
): CreateManager<EntityManager> {
  return ({ environment, access, pool }) => {
    const { connectionString: clientUrl = '', max, onConnect, query_timeout, application_name } = pool.options;
    const orm = MikroORM.initSync({
      ...options,
      clientUrl,
      contextName: `${access} ${environment}`,
      driverOptions: { connection: { query_timeout, application_name, keepAlive: true } },
      pool: {
        min: 0,
        max,
        afterCreate: (client: ClientBase, done: (error: unknown, client: ClientBase) => void) => {
          Promise.resolve(onConnect?.(client)).then(
            () => done(null, client),
            (error: unknown) => done(error, client),
          );
        },
      },
    } as Options);
    guardConnections(orm, () => refusalOf({ environment, access }));
    const forks = new WeakMap<RequestScope, EntityManager>();
    return {
      get(scope) {
        if (!scope) return orm.em.fork();
        const fork = forks.get(scope) ?? orm.em.fork();
        forks.set(scope, fork);
        return fork;
      },
      close: () => orm.close(),
    };
  };
}

/** MikroORM has a pool of its own: a fork that somebody kept gets no connection of it for a request of another environment. */
function guardConnections(orm: MikroORM, refusal: () => Error | undefined): void {
  const { client } = orm.em.getConnection().getKnex() as { client: { acquireConnection(): Promise<unknown> } };
  const acquire = client.acquireConnection.bind(client);
  client.acquireConnection = async () => {
    const refused = refusal();
    if (refused) throw refused;
    return acquire();
  };
}
