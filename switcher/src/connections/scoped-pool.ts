import type { Pool } from 'pg';
import type { Access } from '../contracts/connection-status.js';
import { EnvironmentSwitchedError } from '../errors.js';
import { findScope } from '../request-scope.js';

/** The pool as applications and libraries get it: whoever kept it gets no connection for a request of another environment, nor one that writes for a stand-in. */
export function scopedPool(pool: Pool, own: Owner): Pool {
  const guarded =
    (method: (...given: never[]) => unknown) =>
    (...given: unknown[]): unknown => {
      const refusal = refusalOf(own);
      if (!refusal) return Reflect.apply(method, pool, given);
      const callback = given.at(-1);
      if (typeof callback !== 'function') return Promise.reject(refusal);
      process.nextTick(callback, refusal);
      return undefined;
    };
  const connect = guarded(pool.connect);
  const query = guarded(pool.query);
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'connect') return connect;
      if (key === 'query') return query;
      return Reflect.get(target, key, target);
    },
  });
}

interface Owner {
  environment: string;
  access: Access;
}

/** What forbids the current request this pool; `undefined`: nothing does, and outside a request nothing can. */
export function refusalOf({ environment, access }: Owner): EnvironmentSwitchedError | undefined {
  const scope = findScope();
  if (!scope) return undefined;
  if (scope.serving !== environment) return new EnvironmentSwitchedError(scope.serving, environment);
  if (scope.access === 'read-only' && access !== 'read-only')
    return new EnvironmentSwitchedError(
      `${environment}, which it may only read,`,
      `connections that write ${environment}`,
    );
  return undefined;
}
