/** One value of a row in COPY's text format, before escaping. */
export type Field = string | number | boolean | null;

/** The rows of one table, made while they are sent. */
export interface TableRows {
  /** As SQL writes it. */
  table: string;
  /** As SQL lists them. */
  columns: string;
  rows(): Iterable<readonly Field[]>;
}

const CHUNK_CHARACTERS = 1 << 17;

/** The rows as COPY's text format, in pieces of about 128 KiB. */
export function* copyText({ rows }: TableRows): Iterable<string> {
  let chunk = '';
  for (const row of rows()) {
    for (let at = 0; at < row.length; at++) {
      if (at > 0) chunk += '\t';
      const value = row[at];
      if (value === null || value === undefined) chunk += '\\N';
      else if (typeof value === 'string') chunk += SPECIAL.test(value) ? escaped(value) : value;
      else if (typeof value === 'boolean') chunk += value ? 't' : 'f';
      else chunk += value;
    }
    chunk += '\n';
    if (chunk.length > CHUNK_CHARACTERS) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk) yield chunk;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(value: string): string {
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** An element of an array or a field of a composite, quoted for both. */
export function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, (character) => `\\${character}`)}"`;
}

/** `{"a","b"}` */
export function arrayText(values: readonly string[]): string {
  return `{${values.map(quoted).join(',')}}`;
}
