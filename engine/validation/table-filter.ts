/** A plan's `where` as the end of a FROM clause. An extension's own filter begins with WHERE already. */
export function filterOf(where: string | undefined): string {
  if (!where?.trim()) return '';
  return /^\s*where\b/i.test(where) ? ` ${where}` : ` where ${where}`;
}

/** The same, with one more condition. */
export function filterAnd(where: string | undefined, condition: string | undefined): string {
  if (!condition) return filterOf(where);
  const given = where?.trim().replace(/^where\b/i, '');
  return given ? ` where (${given}) and ${condition}` : ` where ${condition}`;
}

/** Of a table's rows those that its rules were followed for, as its `where`. */
export function maskedRowsOf({ where, keptRows }: FilteredTable): string | undefined {
  return keptRows === undefined ? where : filterAnd(where, `(${keptRows}) is not true`).trim();
}

interface FilteredTable {
  where?: string | undefined;
  keptRows?: string | undefined;
}
