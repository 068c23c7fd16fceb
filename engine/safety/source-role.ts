import type { RelationName } from '../../contracts/relations.js';
import { quoteIdentifier, quoteLiteral, quoteRelation } from '../postgres/quote.js';

export interface SourceRoleInput {
  /** The role to make. */
  role: string;
  database: string;
  serverMajor: number;
  /** The schemas to read, for servers before 14. */
  schemas: readonly string[];
  /** Whoever runs the SQL can grant BYPASSRLS: a superuser, or from 16 on a CREATEROLE that has it. */
  supportsBypassRls: boolean;
  /** Tables with row level security, for servers where BYPASSRLS cannot be granted. */
  rlsTables: readonly RelationName[];
}

/** SQL for psql that makes a role able to read everything and write nothing: exactly what the guard accepts. The password is the variable `password`. */
export function sourceRoleSql(input: SourceRoleInput): string {
  const role = quoteIdentifier(input.role);
  return `${[
    `-- Run on ${input.database} as its owner or a superuser:`,
    `--   psql "$DATABASE_URL" --set password='<a new password>' --file <this file>`,
    '',
    `create role ${role} with login password :'password' nosuperuser nocreatedb nocreaterole noreplication${input.supportsBypassRls ? ' bypassrls' : ''};`,
    `grant connect on database ${quoteIdentifier(input.database)} to ${role};`,
    ...(input.serverMajor >= 14 ? readAllData(role) : readSchemas(role, input.schemas)),
    ...(input.supportsBypassRls ? [] : readThroughPolicies(role, input)),
    '',
    '-- Recommended; the default before PostgreSQL 15 lets every role create objects in schema public:',
    '-- revoke create on schema public from public;',
  ].join('\n')}\n`;
}

function readAllData(role: string): string[] {
  return [
    '-- SELECT on every table, view and sequence, and USAGE of every schema; nothing else:',
    `grant pg_read_all_data to ${role};`,
  ];
}

/** Before 14 no predefined role reads everything. */
function readSchemas(role: string, schemas: readonly string[]): string[] {
  return schemas.flatMap((schema) => {
    const name = quoteIdentifier(schema);
    return [
      '',
      `grant usage on schema ${name} to ${role};`,
      `grant select on all tables in schema ${name} to ${role};`,
      `grant select on all sequences in schema ${name} to ${role};`,
      '-- For what will be created there by the role that runs this; repeat it as each role that creates objects:',
      `alter default privileges in schema ${name} grant select on tables to ${role};`,
      `alter default privileges in schema ${name} grant select on sequences to ${role};`,
    ];
  });
}

function readThroughPolicies(role: string, { role: name, rlsTables }: SourceRoleInput): string[] {
  if (rlsTables.length === 0) return [];
  const policy = quoteIdentifier(`${name} reads all rows`);
  return [
    '',
    '-- Row level security would hide rows. A superuser may instead run:',
    `--   alter role ${role} bypassrls;`,
    '-- A restrictive policy still hides rows: exempt the role in it.',
    ...rlsTables.map(
      (table) => `create policy ${policy} on ${quoteRelation(table)} for select to ${role} using (true);`,
    ),
  ];
}

/** The SQL with the password in place, for programs that are not psql. */
export function withPassword(sql: string, password: string): string {
  return sql.replace(":'password'", () => quoteLiteral(password).trimStart());
}
