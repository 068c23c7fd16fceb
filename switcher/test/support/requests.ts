import fc from 'fast-check';
import { ADAPTERS } from './app.js';
import { LIBRARIES } from './libraries.js';

/** `SWITCHER_RUNS=800` gives each adapter about as many as all of them have together by default. */
export const RUNS = { numRuns: Number(process.env.SWITCHER_RUNS ?? 100) };

export const anyAdapter = fc.constantFrom(...ADAPTERS);
export const anyLibrary = fc.constantFrom(...LIBRARIES);

let tokens = 0;
/** Never the same twice. */
export function newToken(): string {
  return `token-${++tokens}`;
}

export interface Answered {
  status: number;
  environment: string | null;
  source: string | null;
  requested: string | null;
  fallback: string | null;
  body: { seen: string[]; code?: string };
  /** What a browser would send back. */
  cookie: string | undefined;
  headers: Headers;
}

export async function send(url: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    environment: response.headers.get('x-database-env'),
    source: response.headers.get('x-database-env-source'),
    requested: response.headers.get('x-database-env-requested'),
    fallback: response.headers.get('x-database-env-fallback'),
    body: text.startsWith('{') ? JSON.parse(text) : { seen: [] },
    cookie:
      response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ') || undefined,
    headers: response.headers,
  };
}

export const environmentName = fc.constantFrom('dev', 'prod');
/** As people and programs write names: in any case, with blanks around them. */
export const writtenName = fc.tuple(environmentName, fc.boolean(), fc.boolean()).map(([name, isUpper, isPadded]) => ({
  name,
  written: `${isPadded ? ' ' : ''}${isUpper ? name.toUpperCase() : name}`,
}));
/** What is no environment: attacks among it. */
export const invalidName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'dev,prod',
    'production;drop',
    'dev\u0000',
    'ｄｅｖ',
    '%64ev',
    'x'.repeat(5000),
  ),
  fc.string({ minLength: 1 }).filter((text) => !/^\s*(dev|prod|clear)?\s*$/i.test(text)),
);

/** A header of whatever the framework calls a request. */
export function headerOf(request: unknown, name: string): string | undefined {
  const { headers, req } = request as {
    headers?: Headers | Record<string, string>;
    req?: { header(name: string): string | undefined };
  };
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  return headers?.[name] ?? req?.header(name);
}
