import { z } from 'zod';
import { ANONYMIZATION_TYPES } from '../../contracts/anonymization.js';
import {
  type CloneInput,
  type CloneOptions,
  type RecoverInput,
  ROLLBACK_COMPONENTS,
  type RollbackInput,
  type ValidateInput,
} from '../../contracts/clone.js';
import { RESTORE_STRATEGIES } from '../../contracts/environments.js';
import { ON_TROUBLE } from '../../contracts/recovery.js';
import { mistakesError, mistakesOf } from './mistakes.js';

/** What `cloneEnvironment` was started with, from wherever. @throws ConfigurationError `CONFIGURATION_INVALID` with every mistake */
export function parseCloneInput(value: unknown): CloneInput {
  return parse(cloneInput, value);
}

/** @throws ConfigurationError `CONFIGURATION_INVALID` with every mistake */
export function parseValidateInput(value: unknown): ValidateInput {
  return parse(validateInput, value);
}

/** @throws ConfigurationError `CONFIGURATION_INVALID` with every mistake */
export function parseRollbackInput(value: unknown): RollbackInput {
  return parse(rollbackInput, value);
}

/** @throws ConfigurationError `CONFIGURATION_INVALID` with every mistake */
export function parseRecoverInput(value: unknown): RecoverInput {
  return parse(recoverInput, value);
}

/** @throws ConfigurationError `CONFIGURATION_INVALID` with every mistake */
export function parseCloneOptions(value: unknown): Partial<CloneOptions> {
  return parse(cloneOptions, value, ['options']);
}

const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text') })
  .min(1, 'is empty');
const flag = z.boolean({ error: 'must be true or false' });
const type = z.enum(ANONYMIZATION_TYPES, { error: `must be one of ${ANONYMIZATION_TYPES.join(', ')}` });

const rule = z.strictObject({
  tableName: text,
  columnName: text,
  anonymizationType: type,
  customGenerator: z
    .string({
      error: ({ input }) =>
        typeof input === 'function'
          ? 'is a function, which cannot be sent to a worker: add it to generators in envclone.config.ts, and give its name here'
          : 'must be a text',
    })
    .min(1, 'is empty')
    .optional(),
  preserveFormat: flag.optional(),
  domain: text.optional(),
  paths: z.record(text, type, { error: 'must be an object of generators by path' }).optional(),
  value: z.string({ error: 'must be a text' }).optional(),
  relatedBy: text.optional(),
  currencyColumn: text.optional(),
  reads: z.array(text, { error: 'must be a list of columns' }).optional(),
  typeColumn: text.optional(),
  references: z.record(text, text, { error: 'must be an object of columns by type' }).optional(),
  reason: text.optional(),
});

const object = { error: 'must be an object' };

const cloneOptions = z.strictObject(
  {
    anonymizeData: flag.optional(),
    includeAuditLogs: flag.optional(),
    includeConversations: flag.optional(),
    includeReservations: flag.optional(),
    preserveUserRoles: flag.optional(),
    customAnonymizationRules: z.array(rule, { error: 'must be a list of rules' }).optional(),
    verify: z.enum(['counts', 'checksums'], { error: 'must be counts or checksums' }).optional(),
    restorePoint: z.enum(RESTORE_STRATEGIES, { error: `must be one of ${RESTORE_STRATEGIES.join(', ')}` }).optional(),
  },
  object,
);

const inputObject = {
  error: 'must be one JSON object, such as {"source": "production", "target": "test", "confirm": "test"}',
};

const onTrouble = z.enum(ON_TROUBLE, { error: `must be one of ${ON_TROUBLE.join(', ')}` }).optional();

const cloneInput = z.strictObject(
  {
    source: text,
    target: text,
    options: cloneOptions.optional(),
    confirm: z.string({ error: 'must be a text' }).optional(),
    requestedBy: text.optional(),
    onTrouble,
    onInvalid: z.enum(['rollback', 'keep'], { error: 'must be rollback or keep' }).optional(),
  },
  inputObject,
);

const environmentObject = { error: 'must be one JSON object, such as {"environment": "test"}' };

const validateInput = z.strictObject({ environment: text, operation: text.optional() }, environmentObject);

const recoverInput = z.strictObject(
  {
    environment: text,
    confirm: z.string({ error: 'must be a text' }).optional(),
    requestedBy: text.optional(),
  },
  environmentObject,
);

const component = z.enum(ROLLBACK_COMPONENTS, { error: `must be one of ${ROLLBACK_COMPONENTS.join(', ')}` });

const rollbackInput = z
  .strictObject(
    {
      environment: text,
      restorePoint: text.optional(),
      confirm: z.string({ error: 'must be a text' }).optional(),
      requestedBy: text.optional(),
      onTrouble,
      tables: z.array(text, { error: 'must be a list of tables' }).min(1, 'is empty').optional(),
      components: z.array(component, { error: 'must be a list of components' }).min(1, 'is empty').optional(),
      cascade: flag.optional(),
      dryRun: flag.optional(),
    },
    environmentObject,
  )
  .refine(isOfParts, {
    path: ['cascade'],
    error: 'is for a rollback of tables',
    when: ({ value }) => isTrue(value, 'cascade'),
  })
  .refine(isOfParts, {
    path: ['dryRun'],
    error: 'is for a rollback of tables or components',
    when: ({ value }) => isTrue(value, 'dryRun'),
  });

function isOfParts({ tables, components }: { tables?: unknown; components?: unknown }): boolean {
  return tables !== undefined || components !== undefined;
}

function isTrue(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, key) === true;
}

function parse<Output>(schema: z.ZodType, value: unknown, at: readonly string[] = []): Output {
  const checked = schema.safeParse(value);
  if (!checked.success) throw mistakesError(mistakesOf(checked.error, 'input', at));
  return withoutUndefined(checked.data) as Output;
}

/** zod keeps a key whose value is `undefined`; an optional key of ours is there or it is not. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, withoutUndefined(entry)]])),
  );
}
