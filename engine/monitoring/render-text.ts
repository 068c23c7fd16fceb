/** Names come from a database: they must not end a table's cell or a code span. */
export function code(name: string): string {
  return `\`${name.replaceAll('`', "'").replaceAll('|', '\\|').replace(/\s+/g, ' ')}\``;
}

/** Words of whoever wrote them, on one line. */
export function text(words: string): string {
  return words.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}
