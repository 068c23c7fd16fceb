import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Problem, ResponseHeaders } from '../contracts/switch-request.js';

/** What a problem's body looks like: RFC 9457. */
export function problemBody(problem: Problem): string {
  return JSON.stringify(problem);
}

export const PROBLEM_TYPE = 'application/problem+json';

/** Sets headers on a response of Node; what others said of `Vary` and cookies stays. */
export function setHeaders(response: ServerResponse, headers: ResponseHeaders): void {
  for (const [name, value] of headers) {
    if (isAdded(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}

/** Headers that several may write. */
export function isAdded(name: string): boolean {
  return /^(vary|set-cookie)$/i.test(name);
}

export function sendProblem(response: ServerResponse, problem: Problem, headers: ResponseHeaders): void {
  setHeaders(response, headers);
  const known: OutgoingHttpHeaders = { 'Content-Type': PROBLEM_TYPE };
  response.writeHead(problem.status, known);
  response.end(problemBody(problem));
}
