import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestScope, RequestSession, SwitchRequest } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { resumeScope, runInScope } from '../request-scope.js';
import { sendProblem, setHeaders } from './respond.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** `createServer(withSwitcher(switcher, handler))` */
export function withSwitcher({ listener }: { listener: DatabaseSwitchListener }, handler: Handler): Handler {
  return async (request, response) => {
    const decision = await listener.handle(switchRequestOf(request));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    return runInScope(decision.scope, () => {
      bindEvents(request, decision.scope);
      bindEvents(response, decision.scope);
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
export function bindEvents(emitter: IncomingMessage | ServerResponse, scope: RequestScope): void {
  const { emit } = emitter;
  emitter.emit = (...event: unknown[]) => resumeScope(scope, () => emit.apply(emitter, event as [string]));
}
