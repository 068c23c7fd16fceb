import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, switchRequestOf } from './node.js';
import { objectSession } from './object-session.js';
import { sendProblem, setHeaders } from './respond.js';

/** `app.use(switchDatabase(switcher))`, behind the session's middleware and before everything that reads a database. */
export function switchDatabase({ listener }: { listener: DatabaseSwitchListener }): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const decision = await listener.handle(switchRequestOf(request, objectSession(request)));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    runInScope(decision.scope, () => {
      bindEvents(request, decision.scope);
      bindEvents(response, decision.scope);
      next();
    });
  };
}
