import { stringifySetCookie } from 'cookie';
import type { ResponseHeaders } from '../contracts/switch-request.js';
import { requestCookie } from './request-cookie.js';
import { LINGERS_SECONDS, type SessionStore } from './session-store.js';

/** Says that something was chosen, and not what: without it a session that is lost looks like one in which nobody chose. */
const KEPT = 'database-env-kept';

/** The session of express-session, @fastify/session, iron-session, … */
export function createFrameworkStore({ key }: { key: string }): SessionStore {
  return {
    isAvailable: ({ session }) => session !== undefined,
    hasChosen: (request) => requestCookie(request, KEPT) !== undefined,
    read({ session }) {
      const stored = session?.get(key);
      if (stored instanceof Promise) stored.catch(() => {}); // not what a session may say, and no reason to end the process
      return typeof stored === 'string' ? stored : undefined;
    },
    async store(environment, { session }) {
      if (!session) throw new Error('there is no session');
      await session.set(key, environment);
      return setKept('1', LINGERS_SECONDS);
    },
    async clear(request) {
      await request.session?.delete(key);
      return setKept('', 0);
    },
  };
}

function setKept(value: string, maxAge: number): ResponseHeaders {
  return [
    ['Set-Cookie', stringifySetCookie({ name: KEPT, value, maxAge, path: '/', httpOnly: true, sameSite: 'lax' })],
  ];
}
