import type { Logger } from 'pino';

/** Calls what the application configured. Its mistake is logged by the error's name, and breaks no request. */
export interface ApplicationCallbacks {
  /** What a callback says; `otherwise` when it throws. */
  ask<T>(what: string, callback: () => T, otherwise: T): T;
  /** A callback that is only told something; what it promises may fail too. */
  tell(what: string, callback: () => unknown): void;
}

export function createApplicationCallbacks(logger: Logger): ApplicationCallbacks {
  const failed = (what: string, error: unknown) =>
    logger.error({ event: 'callback failed', what, error: error instanceof Error ? error.name : typeof error }, what);
  const ask = <T>(what: string, callback: () => T, otherwise: T): T => {
    try {
      return callback();
    } catch (error) {
      failed(what, error);
      return otherwise;
    }
  };
  return {
    ask,
    tell(what, callback) {
      const told = ask(what, callback, undefined);
      if (told instanceof Promise) told.catch((error: unknown) => failed(what, error));
    },
  };
}
