const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `1.3 GB`: bytes for people, in powers of a thousand. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 07 min` */
export function formatDuration(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds));
  if (rounded < SECOND) return `${rounded} ms`;
  if (rounded < MINUTE - 50) return `${(rounded / SECOND).toFixed(1)} s`;
  if (rounded < HOUR - SECOND / 2) return parts(Math.round(rounded / SECOND), 'min', 's');
  return parts(Math.round(rounded / MINUTE), 'h', 'min');
}

function parts(count: number, larger: string, smaller: string): string {
  return `${Math.floor(count / 60)} ${larger} ${String(count % 60).padStart(2, '0')} ${smaller}`;
}

/** `12 345`: a count for people, the same on every machine. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
