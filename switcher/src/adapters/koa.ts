import type { Context, Middleware } from 'koa';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, foundSession, switchRequestOf } from './node.js';
import { objectSession } from './object-session.js';
import { PROBLEM_TYPE, problemBody, setHeaders } from './respond.js';

export interface KoaOptions {
  /** Default: `context.session`, as koa-session makes it. */
  session?: (context: Context) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

/** `app.use(switchDatabase(switcher))` */
export function switchDatabase(
  { listener }: { listener: DatabaseSwitchListener },
  { session = objectSession }: KoaOptions = {},
): Middleware {
  return async (context, next) => {
    const found = await foundSession(() => session(context));
    const request = { ...switchRequestOf(context.req, found), url: context.originalUrl };
    const decision = await listener.handle(request);
    setHeaders(context.res, decision.headers);
    if (decision.status === 'refused') {
      context.status = decision.problem.status;
      context.body = problemBody(decision.problem);
      context.type = PROBLEM_TYPE;
      return;
    }
    await runInScope(decision.scope, () => {
      bindEvents(context.req, context.res);
      return next();
    });
  };
}
