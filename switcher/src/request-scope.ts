import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestScope } from './contracts/switch-request.js';
import { EnvironmentSwitchedError, NoRequestError } from './errors.js';

const storage = new AsyncLocalStorage<RequestScope>();

/**
 * Runs `work`, and all it starts, inside a request's scope. Inside a request of the same environment that request's scope stays: a stand-in that may only
 * read does not write because something in it names its environment. @throws EnvironmentSwitchedError inside a request of another environment
 */
export function runInScope<T>(scope: RequestScope, work: () => T): T {
  const outer = storage.getStore();
  if (outer && outer.serving !== scope.serving) throw new EnvironmentSwitchedError(outer.serving, scope.serving);
  return storage.run(outer ?? scope, work);
}

/** The scope of work that belongs to no request. */
export function jobScope<Name extends string>(environment: Name): RequestScope<Name> {
  const context = { environment, source: 'default' as const, metadata: {}, resolvedAt: new Date() };
  return Object.freeze({ context, serving: environment, access: 'read-write' });
}

/** The same for what belongs to the request wherever it happens, such as its socket's events. */
export function resumeScope<T>(scope: RequestScope, work: () => T): T {
  return storage.run(scope, work);
}

/** @throws NoRequestError outside a request: a job that forgot to say which database it means must not get production. */
export function currentScope(): RequestScope {
  const scope = storage.getStore();
  if (!scope) throw new NoRequestError();
  return scope;
}

export function findScope(): RequestScope | undefined {
  return storage.getStore();
}
