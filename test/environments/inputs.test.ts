import { expect, test } from 'vitest';
import { ruleSchema } from '../../engine/anonymizer/rule-schema.js';
import { cloneOptionsFrom } from '../../engine/environments/clone-options.js';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { parseCloneInput, parseRollbackInput, parseValidateInput } from '../../engine/environments/parse-input.js';
import { createDirectory } from './directory.js';

async function configurationWith(env: string) {
  await using directory = await createDirectory({
    'envclone.config.json': { environments: { test: { type: 'test' } } },
    '.env.test': `DATABASE_URL=postgres://h/d\n${env}`,
  });
  return await loadConfiguration({ directory: directory.path, variables: {} });
}

test('an option asked for wins over the .env file, which wins over the default', async () => {
  const configuration = await configurationWith('ANONYMIZE_DATA=false\nINCLUDE_AUDIT_LOGS=false');
  expect(cloneOptionsFrom({ configuration, target: 'test', options: { includeAuditLogs: true } })).toEqual({
    anonymizeData: false,
    includeAuditLogs: true,
    includeConversations: true,
    includeReservations: true,
    preserveUserRoles: true,
  });
});

test('options that do not exist are named', async () => {
  const configuration = await configurationWith('');
  const decide = () =>
    cloneOptionsFrom({ configuration, target: 'test', options: { anonymise: true, includeAuditLogs: 'no' } });
  expect(decide).toThrow(
    /input: options\.includeAuditLogs: must be true or false\n.*input: options\.anonymise: is not a known key/,
  );
});

test('a rule of one run takes every key of a rule in the file, and no function', async () => {
  const configuration = await configurationWith('');
  const decide = (rule: object) =>
    cloneOptionsFrom({ configuration, target: 'test', options: { customAnonymizationRules: [{ ...place, ...rule }] } });
  const place = { tableName: 't', columnName: 'c', anonymizationType: 'amount' };
  for (const key of Object.keys(ruleSchema.shape)) {
    const unknown = (() => decide({ [key]: 7 })) as () => unknown;
    expect(unknown).toThrow(new RegExp(`${key}: must`));
  }
  expect(() => decide({ customGenerator: () => 'x' })).toThrow(/a function, .* generators in envclone.config.ts/);
});

test('a proof of the copy is chosen by name', async () => {
  const configuration = await configurationWith('');
  const decide = (verify: string) => cloneOptionsFrom({ configuration, target: 'test', options: { verify } });
  expect(decide('checksums')).toMatchObject({ verify: 'checksums' });
  expect(() => decide('everything')).toThrow(/input: options\.verify: must be counts or checksums/);
});

test('a whole clone input passes as it is', () => {
  const input = {
    source: 'production',
    target: 'test',
    confirm: 'test',
    options: { customAnonymizationRules: [{ tableName: 't', columnName: 'c', anonymizationType: 'keep' }] },
  };
  expect(parseCloneInput(input)).toEqual(input);
});

test.each([
  [parseCloneInput, undefined, ['must be one JSON object']],
  [parseCloneInput, 'production', ['must be one JSON object']],
  [
    parseCloneInput,
    { source: 7, confirm: true, optoins: {} },
    ['source: must be a text', 'target: is missing', 'confirm: must be a text', 'optoins: is not a known key'],
  ],
  [
    parseCloneInput,
    {
      source: 'a',
      target: 'b',
      options: { customAnonymizationRules: [{ tableName: 't', columnName: 'c', anonymizationType: 'scramble' }] },
    },
    ['options.customAnonymizationRules.0.anonymizationType: must be one of email'],
  ],
  [parseRollbackInput, { restorePoint: 3 }, ['environment: is missing', 'restorePoint: must be a text']],
  [
    parseRollbackInput,
    { environment: 'a', tables: [], components: ['rows'], dryRun: 'yes' },
    [
      'tables: is empty',
      'components.0: must be one of data, schema, policies, functions, triggers',
      'dryRun: must be true or false',
    ],
  ],
  [parseRollbackInput, { environment: 'a', cascade: true }, ['cascade: is for a rollback of tables']],
  [parseRollbackInput, { environment: 'a', dryRun: true }, ['dryRun: is for a rollback of tables or components']],
  [parseValidateInput, { environment: '' }, ['environment: is empty']],
])('%o refuses %j with every reason', (parse, value, reasons) => {
  const parsing = () => parse(value);
  for (const reason of reasons) {
    expect(parsing).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining(reason) }),
    );
  }
});
