import { SafetyError } from '../../contracts/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { proofWarnings } from './proof-warnings.js';
import { type ReachableRole, reachableRoles } from './role-closure.js';
import { GRANT_CLASSES, type GrantClass, type GrantRow } from './write-grants.js';

/** One thing the session's user can write, or use to become able to. */
export interface WriteFinding {
  /** `superuser`, `membership`, `owner`, `table`, `sequence`, `schema`, … */
  kind: string;
  /** Names it in one sentence: `UPDATE on table public.t (granted to PUBLIC)` */
  what: string;
  /** The statement that takes it away. */
  fix: string;
}

export interface ReadOnlyProof {
  /** Empty: the role cannot write, whatever it sets or becomes. */
  findings: WriteFinding[];
  /** What cannot change data that is there, and is better taken away. */
  warnings: string[];
}

/**
 * Looks for every privilege to write that the session's user has or can get: attributes, memberships, ownership, grants to it, to
 * roles it can become and to PUBLIC. One query per class of objects. Creating large objects is open to everybody and changes none that is there.
 */
export async function proveReadOnly(session: Session): Promise<ReadOnlyProof> {
  const roles = await reachableRoles(session);
  const findings = [...roles.flatMap(attributes), ...roles.flatMap(membership)];
  if (roles.some(({ isSuperuser }) => isSuperuser)) return { findings, warnings: [] }; // it may do everything
  findings.push(...(await ownership(session, roles)));
  const warnings: string[] = [];
  for (const grants of GRANT_CLASSES) {
    if (session.serverMajor < (grants.minimumMajor ?? 0)) continue;
    const rows = await session.query<GrantRow & Record<string, unknown>>(grants.sql, [
      [0, ...roles.map(({ oid }) => oid)],
    ]);
    for (const row of rows) {
      if (isDefaultOfPublic(grants, row)) warnings.push(defaultWarning(grants, row));
      else findings.push(grantFinding(grants, row));
    }
  }
  findings.push(...(await openLargeObjects(session)));
  return { findings, warnings: [...warnings, ...(await proofWarnings(session, roles))] };
}

const LISTED = 20;

/** The refusal, with the first twenty things that can be written and how to take each away. */
export function notReadOnlyError(environment: string, findings: readonly WriteFinding[]): SafetyError {
  const listed = findings.slice(0, LISTED).map(({ what, fix }) => `  ${what}\n    fix: ${fix}`);
  const rest = findings.length > LISTED ? [`  and ${findings.length - LISTED} more`] : [];
  return new SafetyError(
    'SOURCE_NOT_READ_ONLY',
    [`the role of ${environment} can write:`, ...listed, ...rest].join('\n'),
    {
      next: `Make a reader with: envclone source-role ${environment}, and use it in the .env file.`,
      details: { findings: findings.slice(0, LISTED), total: findings.length },
    },
  );
}

function attributes(role: ReachableRole): WriteFinding[] {
  const name = quoteIdentifier(role.name);
  const found: WriteFinding[] = [];
  const add = (kind: string, attribute: string) =>
    found.push({ kind, what: `role ${name} is ${attribute.toUpperCase()}`, fix: `alter role ${name} no${attribute}` });
  if (role.isSuperuser) add('superuser', 'superuser');
  if (role.canCreateRoles) add('createrole', 'createrole');
  if (role.canCreateDatabases) add('createdb', 'createdb');
  if (role.canReplicate) add('replication', 'replication');
  return found;
}

const WRITING_ROLES = new Set([
  'pg_write_all_data',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_maintain',
  'pg_create_subscription',
]);

function membership({ name }: ReachableRole): WriteFinding[] {
  if (!WRITING_ROLES.has(name)) return [];
  return [
    { kind: 'membership', what: `it can become ${name}`, fix: `revoke ${name} from the role that is its member` },
  ];
}

/** Owners write without any grant. Other databases of the server are not this one's data. */
async function ownership(session: Session, roles: readonly ReachableRole[]): Promise<WriteFinding[]> {
  const rows = await session.query<{ object: string; owner: string }>(
    `select pg_describe_object(s.classid, s.objid, s.objsubid) as object, quote_ident(r.rolname) as owner
       from pg_shdepend s
       join pg_roles r on r.oid = s.refobjid
       join pg_database current on current.datname = current_database()
      where s.refclassid = 'pg_authid'::regclass and s.deptype = 'o' and s.refobjid = any ($1::oid[])
        and (s.dbid = current.oid
             or s.dbid = 0 and (s.classid <> 'pg_database'::regclass or s.objid = current.oid))
      order by 1`,
    [roles.map(({ oid }) => oid)],
  );
  return rows.map(({ object, owner }) => ({
    kind: 'owner',
    what: `role ${owner} owns ${object}`,
    fix: `reassign owned by ${owner} to <another role>`,
  }));
}

/** CREATE on `public` left to everybody (the default before 15) and what an extension opens to everybody cannot change the application's rows. */
function isDefaultOfPublic({ kind }: GrantClass, { object, grantee, ofExtension }: GrantRow): boolean {
  return grantee === 'PUBLIC' && ((kind === 'schema' && object === 'public') || ofExtension);
}

function defaultWarning(grants: GrantClass, row: GrantRow): string {
  const { what, fix } = grantFinding(grants, row);
  return `${what}${row.ofExtension ? ' by its extension' : ''}; better: ${fix}`;
}

function grantFinding({ kind, keyword }: GrantClass, { object, grantee, privileges }: GrantRow): WriteFinding {
  const list = privileges.join(', ');
  return {
    kind,
    what: `${list} on ${kind} ${object} (granted to ${grantee})`,
    fix: `revoke ${revoked(kind, object, privileges, keyword)} from ${grantee}`,
  };
}

function revoked(kind: string, object: string, privileges: readonly string[], keyword: string): string {
  const words = privileges.map((privilege) => privilege.toLowerCase());
  if (kind !== 'column') return `${words.join(', ')} on ${keyword} ${object}`;
  const [, relation = '', column = ''] = /^(.*)\.("(?:[^"]|"")*"|[^."]+)$/.exec(object) ?? [];
  return `${words.map((word) => `${word} (${column})`).join(', ')} on table ${relation}`;
}

/** With lo_compat_privileges on, everybody writes every large object. */
async function openLargeObjects(session: Session): Promise<WriteFinding[]> {
  const { open } = await session.one<{ open: boolean }>(
    `select current_setting('lo_compat_privileges')::bool and exists (select from pg_largeobject_metadata) as open`,
  );
  const fix = 'alter system set lo_compat_privileges = off';
  return open ? [{ kind: 'large object', what: 'every large object: lo_compat_privileges is on', fix }] : [];
}
