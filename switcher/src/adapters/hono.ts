import type { MiddlewareHandler } from 'hono';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { isAdded, PROBLEM_TYPE, problemBody } from './respond.js';

export interface HonoOptions {
  /** The socket's address: `(c) => getConnInfo(c).remote.address` of the runtime. Default: what @hono/node-server has. */
  remoteAddress?: (context: Parameters<MiddlewareHandler>[0]) => string | undefined;
  session?: (context: Parameters<MiddlewareHandler>[0]) => RequestSession | undefined;
}

/** `app.use(switchDatabase(switcher))` */
export function switchDatabase(
  { listener }: { listener: DatabaseSwitchListener },
  { remoteAddress = socketAddress, session }: HonoOptions = {},
): MiddlewareHandler {
  return async (context, next) => {
    const { method, url, raw } = context.req;
    const decision = await listener.handle({
      method,
      url,
      headers: Object.fromEntries(raw.headers),
      remoteAddress: remoteAddress(context),
      session: session?.(context),
      raw: context,
    });
    if (decision.status === 'admitted') await runInScope(decision.scope, next);
    else
      context.res = new Response(problemBody(decision.problem), {
        status: decision.problem.status,
        headers: { 'Content-Type': PROBLEM_TYPE },
      });
    for (const [name, value] of decision.headers) context.header(name, value, { append: isAdded(name) });
    return undefined;
  };
}

function socketAddress({ env }: { env: unknown }): string | undefined {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}
