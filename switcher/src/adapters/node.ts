import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestSession, SwitchRequest } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { currentScope, resumeScope, runInScope } from '../request-scope.js';
import { sendProblem, setHeaders } from './respond.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface NodeOptions {
  /** Where choices are kept with `session: { store: 'framework' }`: `ironSession(…)`, say. */
  session?: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

/** `createServer(withSwitcher(switcher, handler))` */
export function withSwitcher(
  { listener }: { listener: DatabaseSwitchListener },
  handler: Handler,
  { session }: NodeOptions = {},
): Handler {
  return async (request, response) => {
    const found = session && (await foundSession(() => session(request, response)));
    const decision = await listener.handle(switchRequestOf(request, found));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    return runInScope(decision.scope, () => {
      bindEvents(request, response);
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

/** A socket's events come from outside any request: their listeners run in the request's scope all the same. */
export function bindEvents(...emitters: (IncomingMessage | ServerResponse)[]): void {
  const scope = currentScope();
  for (const emitter of emitters) {
    const { emit } = emitter;
    emitter.emit = (...event: unknown[]) => resumeScope(scope, () => emit.apply(emitter, event as [string]));
  }
}

/** A session that cannot be had is none. */
export function foundSession(
  find: () => RequestSession | undefined | Promise<RequestSession | undefined>,
): RequestSession | undefined | Promise<RequestSession | undefined> {
  try {
    const found = find();
    return found instanceof Promise ? found.catch(() => undefined) : found;
  } catch {
    return undefined;
  }
}
