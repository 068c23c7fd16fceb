import type { Logger } from 'pino';
import type { ResponseHeaders, SwitchRequest } from './contracts/switch-request.js';
import { type CookieStoreOptions, createCookieStore } from './sessions/cookie-store.js';
import { createFrameworkStore } from './sessions/framework-store.js';
import type { SessionStore } from './sessions/session-store.js';
import { within } from './within.js';

/** Remembers the environment between requests. What fails here is logged and never throws. */
export interface SessionManager {
  /** Whether anything is remembered at all. */
  readonly isConfigured: boolean;
  storeEnvironment(environment: string, request: SwitchRequest): Promise<Kept>;
  getStoredEnvironment(request: SwitchRequest): string | undefined;
  /** The same, with what is known of a choice that cannot be told; `undefined`: nothing was chosen. */
  findChoice(request: SwitchRequest): StoredChoice | undefined;
  /** Headers to send, if any. */
  clearEnvironment(request: SwitchRequest): Promise<ResponseHeaders>;
  isSessionAvailable(request: SwitchRequest): boolean;
}

/** `unreadable`: this client chose something, and the store is away, or the choice is out of date, of another session or signed with a secret that is gone. */
export type StoredChoice = { environment: string } | { unreadable: true };

/** Whether a choice will hold for the requests that follow, and the headers to send for it. */
export interface Kept {
  isKept: boolean;
  headers: ResponseHeaders;
}

/** What becomes of a request that would write while its session's choice cannot be told: `refuse` answers 503, `default` lets it write the default environment. */
export type OnDoubt = 'refuse' | 'default';

/** `framework`: the session of express-session, @fastify/session, iron-session, …; `cookie`: a signed cookie of its own; `none`: nothing is remembered. */
export type SessionOptions =
  | { store: 'none' }
  | { store: 'framework'; key: string; onDoubt?: OnDoubt }
  | ({ store: 'cookie'; onDoubt?: OnDoubt } & CookieStoreOptions);

export interface SessionManagerInput {
  options: SessionOptions;
  logger: Logger;
  onTampered(request: SwitchRequest): void;
}

export function createSessionManager({ options, logger, onTampered }: SessionManagerInput): SessionManager {
  const store = storeOf(options, onTampered);
  const failed = (doing: string) => {
    logger.warn({ event: 'session failed', doing }, 'session failed');
  };
  /** `undefined`: it failed. */
  const attempt = async (doing: string, work: () => ResponseHeaders | Promise<ResponseHeaders>) => {
    try {
      return await within(Promise.resolve(work()), PATIENCE_MS, () => Promise.reject(new Error('late')));
    } catch {
      failed(doing); // without the error: a store's message may quote the session
      return undefined;
    }
  };
  const read = (request: SwitchRequest): string | undefined => {
    try {
      return store.read(request);
    } catch {
      failed('read');
      return undefined;
    }
  };
  const isConfigured = options.store !== 'none';
  return {
    isConfigured,
    async storeEnvironment(environment, request) {
      const headers = await attempt('store', () => store.store(environment, request));
      return { isKept: isConfigured && headers !== undefined, headers: headers ?? [] };
    },
    getStoredEnvironment: read,
    findChoice(request) {
      const environment = read(request);
      if (environment !== undefined) return { environment };
      return store.hasChosen(request) ? UNREADABLE : undefined;
    },
    clearEnvironment: async (request) => (await attempt('clear', () => store.clear(request))) ?? [],
    isSessionAvailable: (request) => store.isAvailable(request),
  };
}

/** What a request waits for its session's store. */
const PATIENCE_MS = 1_000;

const UNREADABLE: StoredChoice = Object.freeze({ unreadable: true });

const NOTHING: SessionStore = {
  isAvailable: () => false,
  read: () => undefined,
  hasChosen: () => false,
  store: () => [],
  clear: () => [],
};

function storeOf(options: SessionOptions, onTampered: (request: SwitchRequest) => void): SessionStore {
  switch (options.store) {
    case 'none':
      return NOTHING;
    case 'framework':
      return createFrameworkStore(options);
    case 'cookie':
      return createCookieStore(options, onTampered);
  }
}
