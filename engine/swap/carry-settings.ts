import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import type { DatabaseFacts } from './database-facts.js';

interface CarryInput {
  from: DatabaseFacts;
  /** The database that gets them. */
  to: string;
  /** What that one has now. Default: nothing. */
  existing?: DatabaseFacts | undefined;
}

/** Statements that give a database the settings and privileges of another one, in the place of its own. Each may run in a transaction. */
export function carrySettings({ from, to, existing }: CarryInput): string[] {
  const database = quoteIdentifier(to);
  return [
    ...(existing?.settings ?? []).map(({ role }) => `${altering(role, database)} reset all`),
    ...from.settings.flatMap(({ role, config }) =>
      config.map((entry) => `${altering(role, database)} set ${settingSql(entry)}`),
    ),
    ...privilegesSql({ from, existing }, database),
  ];
}

function altering(role: string | null, database: string): string {
  return role === null ? `alter database ${database}` : `alter role ${quoteIdentifier(role)} in database ${database}`;
}

/** Of these the catalog holds a list of quoted names; of all others the value itself. */
const LISTS_OF_NAMES = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

function settingSql(entry: string): string {
  const at = entry.indexOf('=');
  const [name, value] = [entry.slice(0, at), entry.slice(at + 1)];
  const values = LISTS_OF_NAMES.has(name.toLowerCase()) ? namesOf(value) : [value];
  return `${name.split('.').map(quoteIdentifier).join('.')} to ${values.map(quoteLiteral).join(', ')}`;
}

/** `"$user", public` → `$user`, `public` */
function namesOf(list: string): string[] {
  const names = [...list.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",]+?))\s*(?:,|$)/g)];
  const found = names.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  return found.length > 0 ? found : [''];
}

/** As they are: whoever has a privilege no more loses it, and each one that was given is given again. */
function privilegesSql({ from, existing }: Pick<CarryInput, 'from' | 'existing'>, database: string): string[] {
  if (!from.privileges && !existing?.privileges) return [];
  const { owner, privileges } = from;
  const holders = new Set([null, owner, ...(existing?.privileges ?? []).map(({ grantee }) => grantee)]);
  return [
    `revoke all on database ${database} from ${[...holders].map(granteeSql).join(', ')}`,
    ...(privileges ?? defaultPrivileges(owner)).map(
      ({ grantee, privilege, isGrantable }) =>
        `grant ${privilege} on database ${database} to ${granteeSql(grantee)}${isGrantable ? ' with grant option' : ''}`,
    ),
  ];
}

/** What a database has that nobody ever changed. */
function defaultPrivileges(owner: string): NonNullable<DatabaseFacts['privileges']> {
  return [
    { grantee: null, privilege: 'connect, temporary', isGrantable: false },
    { grantee: owner, privilege: 'all', isGrantable: false },
  ];
}

function granteeSql(grantee: string | null): string {
  return grantee === null ? 'public' : quoteIdentifier(grantee);
}
