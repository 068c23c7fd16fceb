import type { Access } from './connection-status.js';
import type { EnvironmentContext } from './environment-context.js';
import type { ViolationReason } from './security-context.js';

/** What the switcher reads of an HTTP request, and the one thing it writes; each adapter makes one from its framework's. */
export interface SwitchRequest {
  readonly method: string;
  /** Path and query as they were received. */
  readonly url: string;
  /** Lower-case names. A header that was sent twice is an array, or one string with commas: both are seen as repeated. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The socket's, never a header's. */
  readonly remoteAddress: string | undefined;
  /** The framework's session of this request, when there is one. */
  readonly session: RequestSession | undefined;
  /** The framework's own request, for callbacks of the configuration. */
  readonly raw: unknown;
}

/** A key-value session of a framework; every method may fail, and the request goes on. */
export interface RequestSession {
  get(key: string): unknown;
  set(key: string, value: string): void | Promise<void>;
  delete(key: string): void | Promise<void>;
}

/** What an adapter does with a request. Headers are set whatever the status; `set-cookie` is appended. */
export type Decision<Name extends string = string> =
  | { readonly status: 'admitted'; readonly scope: RequestScope<Name>; readonly headers: ResponseHeaders }
  | {
      readonly status: 'refused';
      readonly reason: RefusalReason;
      readonly requested: Name;
      readonly problem: Problem;
      readonly headers: ResponseHeaders;
    };

/** `unreadable`: it would write, and what its session chose cannot be told. `not-kept`: a page whose choice would not hold for what the page sends. */
export type RefusalReason = ViolationReason | 'unavailable' | 'unreadable' | 'not-kept';

export type ResponseHeaders = readonly (readonly [name: string, value: string])[];

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: 403 | 429 | 503;
  readonly detail: string;
  readonly diagnostics?: Readonly<Record<string, unknown>>;
}

/** What AsyncLocalStorage holds while a request runs. */
export interface RequestScope<Name extends string = string> {
  readonly context: EnvironmentContext<Name>;
  /** The environment whose database is used: the context's, or the default one when it stands in. */
  readonly serving: Name;
  readonly access: Access;
}
