import type { Decision, Problem, RequestSession, ResponseHeaders, SwitchRequest } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { foundSession } from './node.js';
import { isAdded, PROBLEM_TYPE, problemBody } from './respond.js';

export interface FetchOptions {
  /** The socket's address. Default: none, for a Request has none, and whoever has no address is in no range. */
  remoteAddress?: (request: Request) => string | undefined;
  session?: (request: Request) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

type FetchHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>;

/** `export const GET = withSwitcher(switcher, async (request) => …)`: route handlers of Next.js, and whatever else answers a Request with a Response. */
export function withSwitcher<Rest extends unknown[]>(
  { listener }: { listener: DatabaseSwitchListener },
  handler: FetchHandler<Rest>,
  { remoteAddress, session }: FetchOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const decision = await listener.handle({
      ...fetchRequestOf(request),
      remoteAddress: remoteAddress?.(request),
      session: session && (await foundSession(() => session(request))),
    });
    const response = await answerOf(decision, () => handler(request, ...rest));
    return withHeaders(response, decision.headers);
  };
}

export function fetchRequestOf(request: Request): Omit<SwitchRequest, 'remoteAddress' | 'session'> {
  return { method: request.method, url: request.url, headers: Object.fromEntries(request.headers), raw: request };
}

export function problemResponse(problem: Problem): Response {
  return new Response(problemBody(problem), { status: problem.status, headers: { 'Content-Type': PROBLEM_TYPE } });
}

function answerOf(decision: Decision, handle: () => Response | Promise<Response>): Response | Promise<Response> {
  return decision.status === 'refused' ? problemResponse(decision.problem) : runInScope(decision.scope, handle);
}

/** Copied: the headers of a redirect, or of what `fetch` gave, cannot be changed. */
function withHeaders(response: Response, headers: ResponseHeaders): Response {
  const made = new Response(response.body, response);
  for (const [name, value] of headers) {
    if (isAdded(name)) made.headers.append(name, value);
    else made.headers.set(name, value);
  }
  return made;
}
