import type { RequestSession } from '../contracts/switch-request.js';

/** `session: async (request, response) => ironSession(await getIronSession(request, response, options))`: it is saved as soon as a choice changes. */
export function ironSession(session: object & { save(): Promise<void> }): RequestSession {
  const values = session as unknown as Record<string, unknown>;
  return {
    get: (key) => (Object.hasOwn(values, key) ? values[key] : undefined),
    async set(key, value) {
      values[key] = value;
      await session.save();
    },
    async delete(key) {
      delete values[key];
      await session.save();
    },
  };
}
