import type { EmptyTable } from '../../contracts/anonymization.js';
import { relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import type { Verdict } from './classify-sample.js';
import type { ColumnFacts } from './column-facts.js';

/**
 * What becomes of a column that Supabase's sign-in service reads, the best way first; none for other columns, which are judged as any is.
 * So people can sign in to the clone: with their masked address, and one password for all.
 */
export function draftsOfSupabase({ table, column, owner }: ColumnFacts): Verdict[] {
  const drafts = has(owner, MARKS[table]) ? COLUMNS[table]?.[column.name] : undefined;
  return drafts ?? [];
}

/** Tables of the sign-in service whose rows are of no use in a clone: sessions, codes and second factors of people. */
export function emptyTablesOfSupabase({ tables }: SchemaDefinition): EmptyTable[] {
  const users = tables.find((table) => relationLabel(table) === USERS);
  if (!users || !has(users, MARKS[USERS])) return [];
  return tables.flatMap(({ schema, name }) => {
    const reason = schema === 'auth' ? EMPTIED[name] : undefined;
    return reason === undefined ? [] : [{ table: `${schema}.${name}`, reason }];
  });
}

const USERS = 'auth.users';
const IDENTITIES = 'auth.identities';

/** Columns that no other table of that name is likely to have. */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  [USERS]: ['raw_app_meta_data', 'raw_user_meta_data'],
  [IDENTITIES]: ['identity_data'],
};

function has({ columns }: TableDefinition, marks: readonly string[] | undefined): boolean {
  return marks?.every((mark) => columns.some(({ name }) => name === mark)) ?? false;
}

/** The service reads an empty code as none, and cannot read NULL. Of a unique one, an empty value stays as it is. */
const CODE = [
  likely('empty', 'a code sent to somebody; the service cannot read NULL'),
  likely('token', 'a code sent to somebody; none stays none'),
];

/** What sign-in providers say of somebody. `sub` is the identity's `provider_id`; equal values stay equal between the two. */
const CLAIMS = {
  iss: 'keep',
  name: 'name',
  preferred_username: 'username',
  provider_id: 'token',
  sub: 'token',
  user_name: 'username',
} as const;

const COLUMNS: Readonly<Record<string, Readonly<Record<string, Verdict[]>>>> = {
  [USERS]: {
    aud: [likely('keep', 'the service compares it')],
    role: [likely('keep', 'the service compares it')],
    email: [certain('email', 'the address that somebody signs in with')],
    email_change: [certain('email', 'the address that somebody will sign in with')],
    phone_change: [certain('phone', 'the number that somebody will sign in with')],
    encrypted_password: [certain('passwordHash', 'one test password for everybody: envclone-test')],
    confirmation_token: CODE,
    email_change_token: CODE,
    email_change_token_current: CODE,
    email_change_token_new: CODE,
    phone_change_token: CODE,
    reauthentication_token: CODE,
    recovery_token: CODE,
    raw_app_meta_data: [
      {
        ...likely('json', 'every text in it but providers and roles is masked, by the name of its key'),
        paths: { provider: 'keep', providers: 'keep', role: 'keep', roles: 'keep' },
      },
    ],
    raw_user_meta_data: [
      { ...likely('json', 'what a provider says of somebody, masked by the name of its key'), paths: CLAIMS },
    ],
  },
  [IDENTITIES]: {
    provider: [likely('keep', 'the service compares it')],
    provider_id: [certain('token', 'who somebody is elsewhere, as in identity_data')],
    identity_data: [
      {
        ...certain(
          'json',
          'what a provider says of somebody, masked by the name of its key; email is computed from it',
        ),
        paths: CLAIMS,
      },
    ],
  },
};

const EMPTIED: Readonly<Record<string, string>> = {
  audit_log_entries: 'who signed in, from where',
  flow_state: 'sign-ins under way',
  mfa_amr_claims: 'sessions of people',
  mfa_challenges: 'sign-ins under way',
  mfa_factors: 'second factors of people: they sign in to the clone without',
  oauth_authorizations: 'sign-ins under way',
  oauth_client_states: 'sign-ins under way',
  oauth_consents: 'what people allowed other services',
  one_time_tokens: 'codes sent to people',
  refresh_tokens: 'sessions of people',
  saml_relay_states: 'sign-ins under way',
  sessions: 'sessions of people',
  webauthn_challenges: 'sign-ins under way',
  webauthn_credentials: 'second factors of people: they sign in to the clone without',
};

function certain(anonymizationType: Verdict['anonymizationType'], reason: string): Verdict {
  return { anonymizationType, confidence: 'certain', reason };
}

function likely(anonymizationType: Verdict['anonymizationType'], reason: string): Verdict {
  return { anonymizationType, confidence: 'likely', reason };
}
