import type { Middleware } from 'koa';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, switchRequestOf } from './node.js';
import { objectSession } from './object-session.js';
import { PROBLEM_TYPE, problemBody, setHeaders } from './respond.js';

/** `app.use(switchDatabase(switcher))` */
export function switchDatabase({ listener }: { listener: DatabaseSwitchListener }): Middleware {
  return async (context, next) => {
    const request = Object.assign(switchRequestOf(context.req, objectSession(context)), { url: context.originalUrl });
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
