import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestSession, ResponseHeaders } from '../contracts/switch-request.js';
import type { DatabaseSwitchListener } from '../database-switch-listener.js';
import { runInScope } from '../request-scope.js';
import { bindEvents, switchRequestOf } from './node.js';
import { isAdded, PROBLEM_TYPE, problemBody } from './respond.js';

/** `switchDatabase(fastify, switcher)`, after the session's plugin is registered. */
export function switchDatabase(fastify: FastifyInstance, { listener }: { listener: DatabaseSwitchListener }): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    listener.handle(switchRequestOf(request.raw, sessionOf(request))).then((decision) => {
      setReplyHeaders(reply, decision.headers);
      if (decision.status === 'refused') {
        void reply.code(decision.problem.status).type(PROBLEM_TYPE).send(problemBody(decision.problem));
        return;
      }
      runInScope(decision.scope, () => {
        bindEvents(request.raw, decision.scope);
        bindEvents(reply.raw, decision.scope);
        done();
      });
    }, done);
  });
}

function setReplyHeaders(reply: FastifyReply, headers: ResponseHeaders): void {
  for (const [name, value] of headers) {
    const before = reply.getHeader(name);
    const isCookie = /^set-cookie$/i.test(name); // Fastify adds cookies by itself
    reply.header(name, isAdded(name) && !isCookie && before !== undefined ? `${before}, ${value}` : value);
  }
}

/** Of @fastify/session. */
function sessionOf(request: FastifyRequest): RequestSession | undefined {
  const { session } = request as { session?: { get(key: string): unknown; set(key: string, value: unknown): void } };
  return (
    session && {
      get: (key) => session.get(key),
      set: (key, value) => session.set(key, value),
      delete: (key) => session.set(key, undefined),
    }
  );
}
