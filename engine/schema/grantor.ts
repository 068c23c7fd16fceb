import { quoteIdentifier } from '../postgres/quote.js';

/** A GRANT by another role than the owner, as one statement. */
export function withGrantor(role: string, grant: string): string {
  return `SET ROLE ${quoteIdentifier(role)};\n${grant};\nRESET ROLE`;
}

/** The same GRANT by the owner: for a grantor who could not grant again, or for whom the applying role cannot act. */
export function withoutGrantor(sql: string): string {
  return sql.replace(/^SET ROLE "(?:[^"]|"")+";\n(.*);\nRESET ROLE$/s, '$1');
}
