import type { z } from 'zod';
import { quoteIdentifier, quoteLiteral } from './quote.js';

/** What envclone notes of a database, in its comment: one line each, `key=value`. Every role may read it, from any database of the server. */
export function commentLine(comment: string | null, key: string): string | undefined {
  const line = linesOf(comment).find((candidate) => candidate.startsWith(`${key}=`));
  return line?.slice(key.length + 1).trim();
}

/** The comment with this line, and none of its key beside it. */
export function withCommentLine(comment: string | null, key: string, value: string): string {
  return [...linesOf(withoutCommentLine(comment, key)), `${key}=${value}`].join('\n');
}

export function withoutCommentLine(comment: string | null, key: string): string {
  return linesOf(comment)
    .filter((line) => !line.startsWith(`${key}=`))
    .join('\n');
}

function linesOf(comment: string | null): string[] {
  return comment ? comment.split('\n') : [];
}

/** What envclone notes as JSON under one key. A line that does not read as that is somebody else's. */
export function jsonCommentLine<Schema extends z.ZodType>(key: string, schema: Schema) {
  return {
    of(comment: string | null): z.infer<Schema> | undefined {
      const line = commentLine(comment, key);
      if (line === undefined) return undefined;
      try {
        return schema.parse(JSON.parse(line));
      } catch {
        return undefined;
      }
    },
    with: (comment: string | null, note: z.infer<Schema>): string =>
      withCommentLine(comment, key, JSON.stringify(note)),
    without: (comment: string | null): string => withoutCommentLine(comment, key),
  };
}

export function commentSql(database: string, comment: string | null): string {
  return `comment on database ${quoteIdentifier(database)} is ${comment ? quoteLiteral(comment) : 'null'}`;
}
