import type { Logger } from 'pino';
import type { ErrorCode } from '../../contracts/error-codes.js';
import type { Secret } from '../environments/secret.js';

/** Something somebody should know. Names and codes; nothing personal, no credential. */
export interface AlertEvent {
  event: 'production_read' | 'refused' | 'waiting' | 'health';
  environment: string;
  operation?: string;
  requestedBy?: string;
  code?: ErrorCode;
  message: string;
}

/** Where alerts go. `send` never fails an operation: it resolves whatever happens. */
export interface AlertSink {
  send(event: AlertEvent): Promise<void>;
}

export interface AlertSinkInput {
  logger?: Pick<Logger, 'warn' | 'error'>;
  /** Receives each event as a JSON document by POST. */
  webhook?: Secret;
}

const WEBHOOK_TIMEOUT_MS = 5_000;

/** Writes every alert to the log, and posts it to the webhook when there is one. */
export function createAlertSink({ logger, webhook }: AlertSinkInput): AlertSink {
  return {
    async send(event) {
      const dated = { ...event, at: new Date().toISOString() };
      logger?.warn({ alert: dated }, event.message);
      if (!webhook) return;
      const failure = await post(webhook.reveal(), dated);
      if (failure) logger?.error({ alert: event.event, failure }, 'an alert did not reach its webhook');
    },
  };
}

/** What went wrong, without the URL: it holds a token. */
async function post(url: string, body: object): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `it answered ${response.status}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError'
      ? 'it did not answer in 5 s'
      : 'it could not be reached';
  }
}
