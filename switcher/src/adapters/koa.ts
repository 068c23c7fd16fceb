import type { Middleware } from 'koa';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, switchRequestOf } from './node.js';
import { PROBLEM_TYPE, problemBody, setHeaders } from './respond.js';

/** `app.use(switchDatabase(switcher))` */
export function switchDatabase({ listener }: { listener: DatabaseSwitchListener }): Middleware {
  return async (context, next) => {
    const request = Object.assign(switchRequestOf(context.req, sessionOf(context)), { url: context.originalUrl });
    const decision = await listener.handle(request);
    setHeaders(context.res, decision.headers);
    if (decision.status === 'refused') {
      context.status = decision.problem.status;
      context.body = problemBody(decision.problem);
      context.type = PROBLEM_TYPE;
      return;
    }
    await runInScope(decision.scope, () => {
      bindEvents(context.req, decision.scope);
      bindEvents(context.res, decision.scope);
      return next();
    });
  };
}

/** Of koa-session, or any middleware that puts an object there. */
function sessionOf(context: object): RequestSession | undefined {
  const { session } = context as { session?: Record<string, unknown> };
  return (
    session && {
      get: (key) => (Object.hasOwn(session, key) ? session[key] : undefined),
      set: (key, value) => {
        session[key] = value;
      },
      delete: (key) => {
        delete session[key];
      },
    }
  );
}
