import { loadModule, type Node, parseSync } from 'libpg-query';
import { SchemaError } from '../../contracts/errors.js';

export interface ParsedStatement {
  /** Without the comments before it and the semicolon after it. */
  sql: string;
  node: Node;
}

/** The parse tree of a whole dump would be a hundred times its text; of a slice it is small. */
const SLICE_BYTES = 256 * 1024;
/** What pg_dump writes before an object. */
const HEADER = Buffer.from('\n\n--\n-- Name: ');

/** Every statement of a plain dump, in its order. @throws SchemaError `SCHEMA_UNREADABLE` when PostgreSQL's parser refuses it */
export async function parseDump(sql: string): Promise<ParsedStatement[]> {
  await loadModule();
  const bytes = Buffer.from(withoutMetaCommands(sql));
  const statements: ParsedStatement[] = [];
  let start = 0;
  while (start < bytes.length) {
    let end = sliceEnd(bytes, start + SLICE_BYTES);
    let parsed = tryParse(bytes.subarray(start, end));
    while (parsed instanceof Error && end < bytes.length) {
      end = sliceEnd(bytes, end + HEADER.length); // the header stood inside a function's body
      parsed = tryParse(bytes.subarray(start, end));
    }
    if (parsed instanceof Error)
      throw new SchemaError('SCHEMA_UNREADABLE', `the dump cannot be parsed: ${parsed.message}`);
    for (const statement of parsed) statements.push(statement);
    start = end;
  }
  return statements;
}

function sliceEnd(bytes: Buffer, from: number): number {
  const header = from < bytes.length ? bytes.indexOf(HEADER, from) : -1;
  return header === -1 ? bytes.length : header;
}

/** Positions of the parser are in bytes. */
function tryParse(bytes: Buffer): ParsedStatement[] | Error {
  const text = bytes.toString();
  try {
    return (parseSync(text).stmts ?? []).flatMap(({ stmt, stmt_location: at = 0, stmt_len: length }) => {
      const sql = bytes.toString('utf8', at, length ? at + length : bytes.length);
      return stmt ? [{ sql: withoutLeadingComments(sql), node: stmt }] : [];
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function withoutLeadingComments(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, '').trimEnd();
}

/** psql's own commands: `\restrict` at the start with a random word, `\unrestrict` at the end with the same one. */
function withoutMetaCommands(sql: string): string {
  const word = /^\\restrict (\S+)$/m.exec(sql)?.[1];
  return word === undefined ? sql : sql.replace(`\\restrict ${word}\n`, '').replace(`\\unrestrict ${word}\n`, '');
}
