import { parseCookie, stringifySetCookie } from 'cookie';
import type { Logger } from 'pino';
import type { ResponseHeaders, SwitchRequest } from './contracts/switch-request.js';
import { rememberLast } from './remember-last.js';
import { readCookie, signCookie } from './sessions/signed-cookie.js';
import { within } from './within.js';

/** Remembers the environment between requests. What fails here is logged and never breaks a request. */
export interface SessionManager {
  /** Headers to send, if any. */
  storeEnvironment(environment: string, request: SwitchRequest): Promise<ResponseHeaders>;
  getStoredEnvironment(request: SwitchRequest): string | undefined;
  clearEnvironment(request: SwitchRequest): Promise<ResponseHeaders>;
  isSessionAvailable(request: SwitchRequest): boolean;
}

/** `framework`: the session of express-session, @fastify/session, iron-session, …; `cookie`: a signed cookie of its own; `none`: nothing is remembered. */
export type SessionOptions =
  | { store: 'none' }
  | { store: 'framework'; key: string }
  | {
      store: 'cookie';
      /** The first signs; all of them are accepted, so that a secret can be replaced without anybody losing a choice. 32 characters each. */
      secrets: readonly string[];
      name: string;
      maxAgeSeconds: number;
      /** Sent over HTTPS alone. */
      secure: boolean;
      /** The application's session: a cookie of another one does not count. */
      sessionId?: ((request: never) => string | undefined) | undefined;
    };

export interface SessionManagerInput {
  options: SessionOptions;
  logger: Logger;
  onTampered(request: SwitchRequest): void;
}

export function createSessionManager({ options, logger, onTampered }: SessionManagerInput): SessionManager {
  const session =
    options.store === 'none'
      ? NOTHING
      : options.store === 'framework'
        ? ofFramework(options)
        : ofCookie(options, onTampered);
  const failed = (doing: string) => {
    logger.warn({ event: 'session failed', doing }, 'session failed');
  };
  const attempt = async (doing: string, work: () => ResponseHeaders | Promise<ResponseHeaders>) => {
    try {
      return await within(Promise.resolve(work()), PATIENCE_MS, () => Promise.reject(new Error('late')));
    } catch {
      failed(doing); // without the error: a store's message may quote the session
      return [];
    }
  };
  return {
    storeEnvironment: (environment, request) => attempt('store', () => session.store(environment, request)),
    clearEnvironment: (request) => attempt('clear', () => session.clear(request)),
    getStoredEnvironment(request) {
      try {
        return session.read(request);
      } catch {
        failed('read');
        return undefined;
      }
    },
    isSessionAvailable: (request) => session.isAvailable(request),
  };
}

/** What a request waits for its session's store. */
const PATIENCE_MS = 1_000;

interface Session {
  isAvailable(request: SwitchRequest): boolean;
  read(request: SwitchRequest): string | undefined;
  store(environment: string, request: SwitchRequest): ResponseHeaders | Promise<ResponseHeaders>;
  clear(request: SwitchRequest): ResponseHeaders | Promise<ResponseHeaders>;
}

const NOTHING: Session = { isAvailable: () => false, read: () => undefined, store: () => [], clear: () => [] };

function ofFramework({ key }: { key: string }): Session {
  return {
    isAvailable: ({ session }) => session !== undefined,
    read({ session }) {
      const stored = session?.get(key);
      if (stored instanceof Promise) stored.catch(() => {}); // not what a session may say, and no reason to end the process
      return typeof stored === 'string' ? stored : undefined;
    },
    async store(environment, { session }) {
      await session?.set(key, environment);
      return [];
    },
    async clear({ session }) {
      await session?.delete(key);
      return [];
    },
  };
}

function ofCookie(
  options: Extract<SessionOptions, { store: 'cookie' }>,
  onTampered: (request: SwitchRequest) => void,
): Session {
  const { name, secrets, maxAgeSeconds, secure } = options;
  const sessionIdOf = (request: SwitchRequest) => options.sessionId?.(request.raw as never) ?? '';
  const verified = rememberLast((key) => {
    const [value = '', sessionId = ''] = key.split('\0', 2);
    return readCookie(value, { sessionId, secrets });
  });
  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const setCookie = (value: string, maxAge: number): ResponseHeaders => [
    ['Set-Cookie', stringifySetCookie({ name, value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure })],
  ];
  return {
    isAvailable: () => true,
    read(request) {
      const header = [request.headers.cookie ?? []].flat().join('; ');
      const value = header.includes(name) ? parseCookie(header)[name] : undefined;
      if (!value) return undefined;
      const content = verified(`${value}\0${sessionIdOf(request)}`);
      if (!content) onTampered(request);
      return content && content.expiresAt > nowSeconds() ? content.environment : undefined;
    },
    store(environment, request) {
      const [secret = ''] = secrets;
      const expiresAt = nowSeconds() + maxAgeSeconds;
      return setCookie(signCookie({ environment, sessionId: sessionIdOf(request), expiresAt }, secret), maxAgeSeconds);
    },
    clear: () => setCookie('', 0),
  };
}
