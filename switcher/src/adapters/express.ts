import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, foundSession, switchRequestOf } from './node.js';
import { objectSession } from './object-session.js';
import { sendProblem, setHeaders } from './respond.js';

export interface ExpressOptions {
  /** Default: `request.session`, as express-session makes it. */
  session?: (request: Request, response: Response) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

/** `app.use(switchDatabase(switcher))`, behind the session's middleware and before everything that reads a database. */
export function switchDatabase(
  { listener }: { listener: DatabaseSwitchListener },
  { session = objectSession }: ExpressOptions = {},
): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const found = await foundSession(() => session(request, response));
    const decision = await listener.handle(switchRequestOf(request, found));
    if (decision.status === 'refused') return sendProblem(response, decision.problem, decision.headers);
    setHeaders(response, decision.headers);
    runInScope(decision.scope, () => {
      bindEvents(request, response);
      next();
    });
  };
}
