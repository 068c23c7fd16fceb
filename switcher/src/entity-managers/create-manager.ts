import type { Pool } from 'pg';
import type { Access } from '../contracts/connection-status.js';
import type { RequestScope } from '../contracts/switch-request.js';

/** What an entity manager of one environment is made of. */
export interface ManagerInput {
  environment: string;
  access: Access;
  /** Every connection of it is proven to be of the environment; `pool.options` has the URL and the proof, for libraries that open their own. */
  pool: Pool;
}

/** The entity manager of one environment with one access. */
export interface EnvironmentManager<Manager> {
  /** For a request; `undefined`: for work of no request. */
  get(scope: RequestScope | undefined): Manager;
  close?(): Promise<void>;
}

export type CreateManager<Manager> = (input: ManagerInput) => EnvironmentManager<Manager>;
