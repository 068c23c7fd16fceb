import type { RequestSession } from '../contracts/switch-request.js';

/** A session that is an object on the request, as of express-session or koa-session; `undefined` where there is none. */
export function objectSession(carrier: object): RequestSession | undefined {
  const { session } = carrier as { session?: Record<string, unknown> };
  return (
    session && {
      get: (key) => (Object.hasOwn(session, key) ? session[key] : undefined),
      set: (key, value) => {
        session[key] = value;
      },
      delete: (key) => {
        delete session[key];
      },
    }
  );
}
