import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, switchRequestOf } from './node.js';
import { sendProblem, setHeaders } from './respond.js';

/** `app.use(switchDatabase(switcher))`, behind the session's middleware and before everything that reads a database. */
export function switchDatabase({ listener }: { listener: DatabaseSwitchListener }): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const decision = await listener.handle(switchRequestOf(request, sessionOf(request)));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    runInScope(decision.scope, () => {
      bindEvents(request, decision.scope);
      bindEvents(response, decision.scope);
      next();
    });
  };
}

/** Of express-session, or any middleware that puts an object there. */
function sessionOf(request: Request): RequestSession | undefined {
  const { session } = request as object as { session?: Record<string, unknown> };
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
