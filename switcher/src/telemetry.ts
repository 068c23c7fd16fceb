import { createRequire } from 'node:module';
import type { Decision } from './contracts/switch-request.js';

/** Says on the request's active span which database served it; nothing where `@opentelemetry/api` is not installed. */
export const describeDecision: (decision: Decision) => void = createDescription();

interface Api {
  trace: { getActiveSpan(): { setAttributes(attributes: Record<string, string>): unknown } | undefined };
}

function createDescription(): (decision: Decision) => void {
  const api = findApi();
  if (!api) return () => {};
  return (decision) => api.trace.getActiveSpan()?.setAttributes(attributesOf(decision));
}

function findApi(): Api | undefined {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as Api;
  } catch {
    return undefined;
  }
}

function attributesOf(decision: Decision): Record<string, string> {
  if (decision.status === 'refused')
    return {
      'database.environment.requested': decision.requested,
      'database.environment.refused': decision.reason,
    };
  const { context, serving, access } = decision.scope;
  return {
    'database.environment': serving,
    'database.environment.source': context.source,
    'database.environment.requested': context.environment,
    'database.environment.access': access,
  };
}
