import type { WriteStream } from 'node:tty';
import type { CloneOperation } from '../../contracts/clone.js';

export interface Progress {
  show(operation: CloneOperation): void;
  /** Removes the bar, so that a line can be written. */
  clear(): void;
  end(operation: CloneOperation | undefined): void;
}

const BAR_WIDTH = 24;
const LINE_EVERY_MS = 10_000;

/** A bar on a terminal; elsewhere a line whenever the stage changes, and every ten seconds. */
export function createProgress(stream: WriteStream | NodeJS.WriteStream): Progress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): Progress {
  const clear = () => stream.write('\r\u001b[2K');
  return {
    clear,
    show(operation) {
      const done = Math.round((operation.progress / 100) * BAR_WIDTH);
      const text = `${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)} ${describe(operation)}`;
      stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 100) - 1)}`);
    },
    end: clear,
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let last = '';
  let at = 0;
  return {
    clear() {},
    show(operation) {
      const key = `${operation.stage} ${operation.paused}`;
      if (key === last && Date.now() - at < LINE_EVERY_MS) return;
      last = key;
      at = Date.now();
      stream.write(`${describe(operation)}\n`);
    },
    end(operation) {
      if (operation && last !== `${operation.stage} ${operation.paused}`) stream.write(`${describe(operation)}\n`);
    },
  };
}

function describe({ stage, paused, progress, copy, status }: CloneOperation): string {
  const tables = stage === 'copy' && copy ? ` ${copy.doneTables}/${copy.tables} tables, ${copy.doneRows} rows` : '';
  const now = stage === 'copy' && copy?.current.length ? ` (${copy.current.slice(0, 3).join(', ')})` : '';
  const state = status === 'failed' ? 'failed' : paused ? `${stage}, paused` : stage;
  return `${String(progress).padStart(3)} % ${state}${tables}${now}`;
}
