import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestSession, SwitchRequest } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { sendProblem, setHeaders } from './respond.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** `createServer(withSwitcher(switcher, handler))` */
export function withSwitcher({ listener }: { listener: DatabaseSwitchListener }, handler: Handler): Handler {
  return async (request, response) => {
    const decision = await listener.handle(switchRequestOf(request));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    return runInScope(decision.scope, () => {
      bindListeners(request);
      bindListeners(response);
      return handler(request, response);
    });
  };
}

export function switchRequestOf(
  request: IncomingMessage & { originalUrl?: string },
  session?: RequestSession,
): SwitchRequest {
  return {
    method: request.method ?? 'GET',
    url: request.originalUrl ?? request.url ?? '/',
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress,
    session,
    raw: request,
  };
}

/** A socket's events come from outside any request: listeners that are added from here on run in the request's scope. */
export function bindListeners(emitter: IncomingMessage | ServerResponse): void {
  const boundOf = new WeakMap<Listener, Listener>();
  const bind = (listener: Listener): Listener => {
    const bound = boundOf.get(listener) ?? AsyncResource.bind(listener, 'switcher', emitter);
    boundOf.set(listener, bound);
    return Object.assign(bound, { listener: listener.listener ?? listener }); // by which events finds what to remove
  };
  for (const method of ['on', 'addListener', 'prependListener', 'off', 'removeListener'] as const) {
    const original = emitter[method].bind(emitter) as (event: string, listener: Listener) => unknown;
    const isAdding = method !== 'off' && method !== 'removeListener';
    const value = (event: string, listener: Listener) => {
      original(event, isAdding ? bind(listener) : (boundOf.get(listener) ?? listener));
      return emitter;
    };
    Object.defineProperty(emitter, method, { value, configurable: true, writable: true });
  }
}

/** `once` adds a wrapper that knows what it wraps. */
type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener };
