import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { createLoft } from '../../examples/loft/create.js';
import { onDatabase } from '../../examples/loft/statements.js';
import { databaseBytes } from '../databases.js';
import type { Bench } from '../row.js';

/** The sample company's database, without the one object that not every cloner can carry. Returns the superuser's URL. */
export function loftDatabase(bench: Bench): Promise<string> {
  return bench.database('loft', async (database) => {
    const url = await createLoft({ serverUrl: bench.server.url(), database, scale: bench.loftScale });
    await onDatabase(url, (client) => client.query(WITHOUT_EXCLUSION));
    bench.say(`loft: scale ${bench.loftScale}, ${((await databaseBytes(url)) / 1e9).toFixed(2)} GB`);
  });
}

/** pgcopydb 0.10 builds the keys of a table with an exclusion constraint twice, and fails. */
const WITHOUT_EXCLUSION = 'alter table public.reservations drop constraint reservations_no_double_booking';

export const LOFT_NOTE = 'The sample without its exclusion constraint, which pgcopydb 0.10 cannot clone.';

/** Nine columns of text, and the documents that repeat them. */
export const NINE_RULES: AnonymizationRule[] = [
  rule('public.profiles', 'email', 'email'),
  rule('public.profiles', 'full_name', 'name'),
  rule('public.profiles', 'phone', 'phone'),
  rule('public.guests', 'email', 'guestEmail'),
  rule('public.guests', 'full_name', 'guestName'),
  rule('public.guests', 'phone', 'phone'),
  rule('public.guests', 'address', 'address'),
  rule('auth.users', 'email', 'email'),
  rule('auth.users', 'phone', 'phone'),
  rule('auth.users', 'raw_user_meta_data', 'json'),
  rule('audit.audit_logs', 'old_values', 'json'),
  rule('audit.audit_logs', 'new_values', 'json'),
];

function rule(tableName: string, columnName: string, anonymizationType: AnonymizationRule['anonymizationType']) {
  return { tableName, columnName, anonymizationType };
}
