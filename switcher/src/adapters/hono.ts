import type { MiddlewareHandler } from 'hono';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { fetchRequestOf, problemResponse } from './fetch.js';
import { foundSession } from './node.js';
import { isAdded } from './respond.js';

type Context = Parameters<MiddlewareHandler>[0];

export interface HonoOptions {
  /** The socket's address: `(c) => getConnInfo(c).remote.address` of the runtime. Default: what @hono/node-server has. */
  remoteAddress?: (context: Context) => string | undefined;
  session?: (context: Context) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

/** `app.use(switchDatabase(switcher))` */
export function switchDatabase(
  { listener }: { listener: DatabaseSwitchListener },
  { remoteAddress = socketAddress, session }: HonoOptions = {},
): MiddlewareHandler {
  return async (context, next) => {
    const decision = await listener.handle({
      ...fetchRequestOf(context.req.raw),
      remoteAddress: remoteAddress(context),
      session: session && (await foundSession(() => session(context))),
      raw: context,
    });
    if (decision.status === 'admitted') await runInScope(decision.scope, next);
    else context.res = problemResponse(decision.problem);
    for (const [name, value] of decision.headers) context.header(name, value, { append: isAdded(name) });
    return undefined;
  };
}

function socketAddress({ env }: Context): string | undefined {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}
