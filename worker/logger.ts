import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on stderr; stdout belongs to what a command prints. */
export function createLogger({ level = 'info' }: { level?: string } = {}): Logger {
  return pino({ name: 'envclone', level: process.env.ENVCLONE_LOG_LEVEL ?? level }, pino.destination(2));
}
