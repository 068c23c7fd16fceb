import type { RequestScope, ResponseHeaders } from '../contracts/switch-request.js';

export interface HeaderInput {
  header: string;
  scope: RequestScope;
  /** Why another database serves, when one does. */
  fallback: string | undefined;
  isDefault: boolean;
  debug: Record<string, unknown> | undefined;
}

/** What a response says of its database. Nothing that another environment served may be kept by a cache for all. */
export function responseHeaders({ header, scope, fallback, isDefault, debug }: HeaderInput): ResponseHeaders {
  const { context, serving } = scope;
  return [
    [header, serving],
    [`${header}-Source`, context.source],
    ...(serving === context.environment ? [] : [[`${header}-Requested`, context.environment] as const]),
    ...(fallback === undefined ? [] : [[`${header}-Fallback`, fallback] as const]),
    ...varying(header),
    ...(isDefault && fallback === undefined ? [] : [UNCACHED]),
    ...(debug ? [[`${header}-Debug`, JSON.stringify(debug)] as const] : []),
  ];
}

export function refusalHeaders(header: string, requested: string): ResponseHeaders {
  return [[`${header}-Requested`, requested], ...varying(header), UNCACHED];
}

const UNCACHED = ['Cache-Control', 'private, no-store'] as const;

function varying(header: string): ResponseHeaders {
  return [['Vary', `${header}, Cookie`]];
}
