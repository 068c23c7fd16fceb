import { stringifySetCookie } from 'cookie';
import type { ResponseHeaders, SwitchRequest } from '../contracts/switch-request.js';
import { rememberLast } from '../remember-last.js';
import { requestCookie } from './request-cookie.js';
import { LINGERS_SECONDS, type SessionStore } from './session-store.js';
import { readCookie, signCookie } from './signed-cookie.js';

export interface CookieStoreOptions {
  /** The first signs; all of them are accepted, so that a secret can be replaced without anybody losing a choice. 32 characters each. */
  secrets: readonly string[];
  name: string;
  /** How long a choice counts. */
  maxAgeSeconds: number;
  /** Sent over HTTPS alone. */
  secure: boolean;
  /** The application's session: a cookie of another one does not count. */
  sessionId?: ((request: never) => string | undefined) | undefined;
}

/** A signed cookie of the switcher's own. `onTampered`: the cookie is not what was signed for this session. */
export function createCookieStore(
  options: CookieStoreOptions,
  onTampered: (request: SwitchRequest) => void,
): SessionStore {
  const { name, secrets, maxAgeSeconds, secure } = options;
  const sessionIdOf = (request: SwitchRequest) => options.sessionId?.(request.raw as never) ?? '';
  const verified = rememberLast((key) => {
    const end = key.indexOf('\0');
    return readCookie(key.slice(0, end), { sessionId: key.slice(end + 1), secrets });
  });
  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const setCookie = (value: string, maxAge: number): ResponseHeaders => [
    ['Set-Cookie', stringifySetCookie({ name, value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure })],
  ];
  return {
    isAvailable: () => true,
    hasChosen: (request) => requestCookie(request, name) !== undefined,
    read(request) {
      const value = requestCookie(request, name);
      if (!value) return undefined;
      // A zero byte in it would end it here and bring a session's id of its own.
      const content = value.includes('\0') ? undefined : verified(`${value}\0${sessionIdOf(request)}`);
      if (!content) onTampered(request);
      return content && content.expiresAt > nowSeconds() ? content.environment : undefined;
    },
    store(environment, request) {
      const [secret = ''] = secrets;
      const expiresAt = nowSeconds() + maxAgeSeconds;
      const sessionId = sessionIdOf(request);
      return setCookie(signCookie({ environment, sessionId, expiresAt }, secret), maxAgeSeconds + LINGERS_SECONDS);
    },
    clear: () => setCookie('', 0),
  };
}
