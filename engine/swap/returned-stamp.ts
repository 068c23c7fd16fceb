import { z } from 'zod';
import { commentLine, withCommentLine, withoutCommentLine } from '../postgres/comment-lines.js';
import { keptStampSchema } from './kept-stamp.js';

const returnedStampSchema = z.object({
  /** The rollback. */
  operation: z.string(),
  /** What the database said of itself while it was a restore point. */
  point: keptStampSchema,
});

/** What a database says of itself that took the target's name when there was no target: nothing else tells that the rollback has been done. */
type ReturnedStamp = z.infer<typeof returnedStampSchema>;

const KEY = 'envclone.returned';

export function returnedStampOf(comment: string | null): ReturnedStamp | undefined {
  const line = commentLine(comment, KEY);
  if (line === undefined) return undefined;
  try {
    return returnedStampSchema.parse(JSON.parse(line));
  } catch {
    return undefined; // somebody else's line
  }
}

export function withReturnedStamp(comment: string | null, stamp: ReturnedStamp): string {
  return withCommentLine(comment, KEY, JSON.stringify(stamp));
}

export function withoutReturnedStamp(comment: string | null): string {
  return withoutCommentLine(comment, KEY);
}
