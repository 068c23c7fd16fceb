/** The same URL with another path; `?` may follow the host directly. */
export function onDatabase(url: string, database: string): string {
  const [, head = '', parameters = ''] = /^([^/]*\/\/[^/?]*)[^?]*(\?.*)?$/s.exec(url) ?? [];
  return `${head}/${encodeURIComponent(database)}${parameters}`;
}
