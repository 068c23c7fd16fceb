import type { Pool } from 'pg';

/** The switcher's pool for a library that would end the pool it is given: this one belongs to others too, and whoever ends it ends nothing. */
export function borrowedPool(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, key, receiver) {
      if (key === 'end') return async (ended?: () => void) => ended?.();
      if (key === 'on') return () => receiver; // the switcher listens itself
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
