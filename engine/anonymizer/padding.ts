const BLANK = 0x20;

/** A value of char(n) as the type compares it: without the blanks at its end, and with every other space that stands there. */
export function withoutPadding(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === BLANK) end--;
  return value.slice(0, end);
}
