import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a cookie of this package holds. */
export interface CookieContent {
  environment: string;
  /** The session that it belongs to; empty where the application has none. */
  sessionId: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

const VERSION = 'v1';

/** `v1.<environment>.<expiry>.<mac>`: readable, and not to be made without a secret. The session's id is in the mac alone. */
export function signCookie({ environment, sessionId, expiresAt }: CookieContent, secret: string): string {
  const open = [VERSION, Buffer.from(environment).toString('base64url'), expiresAt.toString(36)].join('.');
  return `${open}.${macOf(open, sessionId, secret)}`;
}

/** What was signed with one of the secrets for this session, expired or not; `undefined` for anything else. */
export function readCookie(
  value: string,
  { sessionId, secrets }: { sessionId: string; secrets: readonly string[] },
): Pick<CookieContent, 'environment' | 'expiresAt'> | undefined {
  if (value.length > LONGEST) return undefined;
  const [version, environment = '', expiry = '', mac = '', ...rest] = value.split('.');
  if (version !== VERSION || rest.length > 0) return undefined;
  const open = [version, environment, expiry].join('.');
  if (!secrets.some((secret) => isEqual(mac, macOf(open, sessionId, secret)))) return undefined;
  return {
    environment: Buffer.from(environment, 'base64url').toString(),
    expiresAt: Number.parseInt(expiry, 36),
  };
}

const LONGEST = 512;

function macOf(open: string, sessionId: string, secret: string): string {
  return createHmac('sha256', secret).update(`${open}\0${sessionId}`).digest('base64url');
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
