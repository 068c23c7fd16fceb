/** Of so large a part of a table, reading all of it costs hardly more. */
const LARGEST_PART = 0.5;

/** The end of a FROM clause: pages drawn from all over a table, the same each time, so that two runs agree. Empty for half of it or more. */
export function drawnPages(share: number): string {
  return share < LARGEST_PART ? ` tablesample system (${(100 * share).toFixed(9)}) repeatable (0)` : '';
}
