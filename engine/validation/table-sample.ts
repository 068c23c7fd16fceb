/** The end of a FROM clause: pages drawn from all over a table, of about twice the rows asked for; all of a table that has few. The same each time. */
export function sampleOf({ estimatedRows }: { estimatedRows: number }, rows: number): string {
  return sampleShare((2 * rows) / Math.max(1, estimatedRows));
}

export function sampleShare(share: number): string {
  return share < 0.5 ? ` tablesample system (${(100 * share).toFixed(9)}) repeatable (0)` : '';
}
