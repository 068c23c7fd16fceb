import { parseCookie } from 'cookie';
import type { SwitchRequest } from '../contracts/switch-request.js';

/** A cookie's value; `undefined` for none and for an empty one. */
export function requestCookie({ headers }: SwitchRequest, name: string): string | undefined {
  const header = [headers.cookie ?? []].flat().join('; ');
  return (header.includes(name) ? parseCookie(header)[name] : undefined) || undefined;
}
