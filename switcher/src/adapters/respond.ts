import type { ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import type { Problem, ResponseHeaders } from '../contracts/switch-request.js';

/** What a problem's body looks like: RFC 9457. */
export function problemBody(problem: Problem): string {
  return JSON.stringify(problem);
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Sets headers on a response of Node at the moment that it is sent: what a handler says of caching does not undo what they say. Its own `Vary` and cookies stay. */
export function setHeaders(response: ServerResponse, headers: ResponseHeaders): void {
  onHeaders(response, () => {
    for (const [name, value] of headers) {
      if (isAdded(name)) response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
  });
}

/** Headers that several may write. */
export function isAdded(name: string): boolean {
  return /^(vary|set-cookie)$/i.test(name);
}

export function sendProblem(response: ServerResponse, problem: Problem, headers: ResponseHeaders): void {
  setHeaders(response, headers);
  response.writeHead(problem.status, { 'Content-Type': PROBLEM_TYPE });
  response.end(problemBody(problem));
}
