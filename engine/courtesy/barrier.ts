/** A place to wait at, until it opens or fails. Nobody has to be waiting. */
export interface Barrier {
  readonly opened: Promise<void>;
  open(): void;
  fail(error: unknown): void;
}

export function createBarrier(): Barrier {
  let open = () => {};
  let fail: Barrier['fail'] = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  opened.catch(() => {});
  return { opened, open, fail };
}
