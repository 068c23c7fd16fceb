import type { WriteStream } from 'node:tty';
import type { CloneOperation, CopyProgress } from '../../contracts/clone.js';
import { formatBytes, formatCount, formatDuration } from '../../engine/monitoring/format.js';

export interface Progress {
  show(operation: CloneOperation): void;
  /** Removes the bar, so that a line can be written. */
  clear(): void;
  end(operation: CloneOperation | undefined): void;
}

const BAR_WIDTH = 24;
const LINE_EVERY_MS = 10_000;

/** For a caller that reads documents. */
export const SILENT: Progress = { show() {}, clear() {}, end() {} };

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
      const key = keyOf(operation);
      if (key === last && Date.now() - at < LINE_EVERY_MS) return;
      last = key;
      at = Date.now();
      stream.write(`${describe(operation)}\n`);
    },
    end(operation) {
      if (operation && last !== keyOf(operation)) stream.write(`${describe(operation)}\n`);
    },
  };
}

function keyOf({ stage, paused, status }: CloneOperation): string {
  return `${stage} ${paused} ${status === 'waiting'}`;
}

function describe({ stage, paused, progress, copy, status }: CloneOperation): string {
  const waits = status === 'waiting' ? ', waits for a person' : '';
  const state = status === 'failed' ? 'failed' : `${stage}${paused ? ', paused' : ''}${waits}`;
  const details = stage === 'copy' && copy ? ` ${describeCopy(copy)}` : '';
  return `${String(progress).padStart(3)} % ${state}${details}`;
}

/** What a narrow terminal cuts off is at the end. */
function describeCopy(copy: CopyProgress): string {
  const { tables, doneTables, doneRows, current, running = [], bytesPerSecond, etaSeconds } = copy;
  const waitsFor = running.find((beat) => beat.waitsFor)?.waitsFor;
  return [
    ...(waitsFor ? [`waits (${waitsFor})`] : []),
    ...(current.length > 0 ? [describeTables(current)] : []),
    ...(bytesPerSecond === undefined ? [] : [`${formatBytes(bytesPerSecond)}/s`]),
    ...(etaSeconds === undefined ? [] : [`${formatSeconds(etaSeconds)} left`]),
    `${doneTables}/${tables} tables`,
    `${formatCount(doneRows)} rows`,
  ].join(', ');
}

const LABEL_WIDTH = 32;

function describeTables([first = '', ...others]: readonly string[]): string {
  const label = first.length > LABEL_WIDTH ? `${first.slice(0, LABEL_WIDTH - 1)}…` : first;
  return others.length > 0 ? `${label} +${others.length}` : label;
}

function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}
