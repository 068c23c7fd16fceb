/** The generators that are built in; `custom` runs the one that `customGenerator` names. */
export const ANONYMIZATION_TYPES = [
  'email',
  'guestEmail',
  'name',
  'fullName',
  'firstName',
  'lastName',
  'guestName',
  'phone',
  'address',
  'accountNumber',
  'formatPreserving',
  'cardNumber',
  'birthDate',
  'date',
  'amount',
  'ip',
  'url',
  'uuid',
  'token',
  'passwordHash',
  'username',
  'text',
  'json',
  'reference',
  'mask',
  'constant',
  'null',
  'empty',
  'keep',
  'custom',
] as const;

export type AnonymizationType = (typeof ANONYMIZATION_TYPES)[number];

/** What `passwordHash` makes of every value: the bcrypt hash of the password `envclone-test`. */
export const TEST_PASSWORD_HASH = '$2a$10$envclonetestpasswordsOa8Ov/slwkaUyl1nhibbD459Fkx14UQC';

/** The host of every masked e-mail address: no mail reaches it (RFC 6762). */
export const MASKED_EMAIL_HOST = 'test.local';

/** What a clone is searched for: kinds of personal data that can be told by their form, and names of the source's people. */
export const PERSONAL_DATA_KINDS = ['email', 'phone', 'iban', 'cardNumber', 'nationalId', 'personName'] as const;

export type PersonalDataKind = (typeof PERSONAL_DATA_KINDS)[number];

/** A false alarm of the search, or what may stay: decided by a person, in `envclone.rules.json`. */
export interface Acceptance {
  /** As the finding names it: `public.settings.value`, `function public.is_admin()`. */
  place: string;
  kinds: PersonalDataKind[];
  reason: string;
}

/** What happens to one column. Written by people in `envclone.rules.json`, or given for one run as a custom rule. */
export interface AnonymizationRule {
  /** `schema.table`; without a schema, `public` is meant. */
  tableName: string;
  columnName: string;
  anonymizationType: AnonymizationType;
  /** The configuration's generator to call when `anonymizationType` is `custom`. A name, for a function cannot cross Temporal. */
  customGenerator?: string;
  preserveFormat?: boolean;
  /** Columns of one domain keep equal values equal. By default the generator's family: `email`, `name`, `phone`, … */
  domain?: string;
  /** For `json`: generator by path (`owner.email`, `**.phone`); string leaves without a path are masked. */
  paths?: Record<string, AnonymizationType>;
  /** For `constant`. */
  value?: string;
  /** For `amount` and `date`: the column that says which rows belong together. Their amounts change in one proportion, their dates by one shift. */
  relatedBy?: string;
  /** For `amount`: the column with the ISO 4217 code of its currency, whose decimals it keeps. */
  currencyColumn?: string;
  /** For `custom`: columns whose source values the generator gets as `context.row`. */
  reads?: string[];
  /** For `reference`: the column that says what a row's value leads to. */
  typeColumn?: string;
  /** For `reference`: by value of `typeColumn`, the column that it leads to (`public.guests.email`), as which it is masked. */
  references?: Record<string, string>;
  /** Why a person, or `envclone rules`, decided so. */
  reason?: string;
}

/** What `envclone rules` proposes for money: decided in `envclone.rules.json`. Without it amounts are kept, and account numbers masked. */
export interface Financial {
  /** Amounts become others near them: `amount`. */
  preserveAmountRanges?: boolean;
  /** Their rules name the column of their currency. */
  maintainCurrencyConsistency?: boolean;
  /** Their rules name the column that says which belong together, so that they still add up. */
  keepTransactionRelationships?: boolean;
  /** Default `true`; `false`: account and card numbers are kept. */
  anonymizeAccountNumbers?: boolean;
}

/** A table that masked clones have without its rows: decided in `envclone.rules.json`. */
export interface EmptyTable {
  /** `schema.table`; without a schema, `public` is meant. */
  table: string;
  reason: string;
}

/** A row that masked clones have as production has it, such as a test account: decided in `envclone.rules.json`. */
export interface KeptRow {
  /** `schema.table`; without a schema, `public` is meant. */
  table: string;
  /** By column, the values of a unique key. */
  key: Record<string, string | number>;
  reason: string;
}

/** What masking did to one table. */
export interface AnonymizationReport {
  /** `schema.table` */
  tableName: string;
  originalRecords: number;
  anonymizedRecords: number;
  anonymizedFields: string[];
  /** Foreign keys of and to this table, and pairs that a `reference` rule declares, that hold in the target. */
  preservedRelationships: number;
  /** Values that a generator made. */
  generatedFakeData: number;
  /** Rows that stayed as they are (`keepRows`), when there are any. */
  keptRecords?: number;
  /** In the operation's report alone: a workflow's result has no room for them. */
  columns?: MaskedColumn[];
}

/** What masking did to one column. */
export interface MaskedColumn {
  name: string;
  type: AnonymizationType;
  /** Rows that had no value to mask: NULL stays NULL. */
  nulls: number;
  /** Different values, as the statistics of the source and of the target estimate them; absent where a database has none. */
  distinctBefore?: number;
  distinctAfter?: number;
}

/** A rule given for one run, and what the file says of its column. */
export interface OverridingRule {
  tableName: string;
  columnName: string;
  anonymizationType: AnonymizationType;
  /** Absent: the file has no rule for the column. */
  instead?: AnonymizationType;
}
