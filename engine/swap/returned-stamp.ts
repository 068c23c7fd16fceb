import { z } from 'zod';
import { jsonCommentLine } from '../postgres/comment-lines.js';
import { keptStampSchema } from './kept-stamp.js';

/** What a database says of itself that took the target's name when there was no target: nothing else tells that the rollback has been done. */
export const returnedStamp = jsonCommentLine(
  'envclone.returned',
  z.object({
    /** The rollback. */
    operation: z.string(),
    /** What the database said of itself while it was a restore point. */
    point: keptStampSchema,
  }),
);
