import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import type { CreateManager } from './create-manager.js';

export type TypeormOptions = Pick<DataSourceOptions, 'entities' | 'subscribers' | 'logging' | 'namingStrategy'>;

/** `await switcher.entityManagers(typeormManager({ entities })).getEntityManager()`: a DataSource for each environment, opened when it is first needed. */
export function typeormManager(options: TypeormOptions): CreateManager<Promise<EntityManager>> {
  return ({ environment, access, pool }) => {
    const { connectionString: url, max, onConnect, query_timeout } = pool.options;
    const source = new DataSource({
      ...options,
      type: 'postgres',
      name: `${access} ${environment}`,
      ...(url !== undefined && { url }),
      applicationName: `switcher:${environment}`,
      extra: { max, onConnect, query_timeout },
    } as DataSourceOptions);
    const opened = source.initialize();
    opened.catch(() => {}); // whoever asks for the manager hears of it
    return {
      get: async () => (await opened).manager,
      close: async () => {
        if (await opened.catch(() => undefined)) await source.destroy();
      },
    };
  };
}
