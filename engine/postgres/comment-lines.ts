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
