import { z } from 'zod';
import { jsonCommentLine } from '../postgres/comment-lines.js';

const stampSchema = z.object({
  environment: z.string(),
  /** That took the name away; the restore point has its id. */
  operation: z.string(),
  createdAt: z.string(),
  tables: z.number(),
  records: z.number(),
});

export const keptStampSchema = stampSchema.extend({
  /** Of the restore point that took its place: what a rollback of the rollback writes again. */
  replacedBy: stampSchema.optional(),
});

/** What a database that was a target says of itself. It goes when the database takes the target's name again. */
export type KeptStamp = z.infer<typeof keptStampSchema>;

const KEY = 'envclone.restore-point';

/** SQL: comments that may hold a stamp. */
export const MAY_BE_KEPT = `~ '(?n)^${KEY.replace('.', '[.]')}='`;

export const keptStamp = jsonCommentLine(KEY, keptStampSchema);
