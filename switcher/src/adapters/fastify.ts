import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Decision, RequestSession } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, foundSession, switchRequestOf } from './node.js';
import { PROBLEM_TYPE, problemBody, setHeaders } from './respond.js';

export interface FastifyOptions {
  /** Default: that of @fastify/session. */
  session?: (
    request: FastifyRequest,
    reply: FastifyReply,
  ) => RequestSession | undefined | Promise<RequestSession | undefined>;
}

/** `switchDatabase(fastify, switcher)`, after the session's plugin is registered. */
export function switchDatabase(
  fastify: FastifyInstance,
  { listener }: { listener: DatabaseSwitchListener },
  { session = fastifySession }: FastifyOptions = {},
): void {
  const decide = async (request: FastifyRequest, reply: FastifyReply): Promise<Decision> => {
    const found = await foundSession(() => session(request, reply));
    return listener.handle(switchRequestOf(request.raw, found));
  };
  // With a callback: what `done` goes on with keeps the scope, what a promise resolves to does not.
  fastify.addHook('onRequest', (request, reply, done) => {
    decide(request, reply)
      .then((decision) => {
        setHeaders(reply.raw, decision.headers);
        if (decision.status === 'refused') {
          void reply.code(decision.problem.status).type(PROBLEM_TYPE).send(problemBody(decision.problem));
          return;
        }
        runInScope(decision.scope, () => {
          bindEvents(request.raw, reply.raw);
          done();
        });
      })
      .catch(done);
  });
}

function fastifySession(request: FastifyRequest): RequestSession | undefined {
  const { session } = request as { session?: { get(key: string): unknown; set(key: string, value: unknown): void } };
  return (
    session && {
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      delete: (key) => session.set(key, undefined),
    }
  );
}
