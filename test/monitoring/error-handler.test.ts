import { expect, test } from 'vitest';
import { ConnectionError, DataError, SafetyError, SchemaError, ValidationFailedError } from '../../contracts/errors.js';
import { createErrorHandler, recoveryActionFor } from '../../engine/monitoring/error-handler.js';

test.each([
  [new ConnectionError('CONNECTION_FAILED', ''), 'retry'],
  [new ConnectionError('AUTHENTICATION_FAILED', ''), 'manual_intervention'],
  [new SchemaError('SCHEMA_STATEMENT_FAILED', ''), 'rollback'],
  [new DataError('CONSTRAINT_VIOLATED', ''), 'rollback'],
  [new DataError('RESTORE_POINT_DAMAGED', ''), 'manual_intervention'],
  [new DataError('DISK_FULL', ''), 'manual_intervention'],
  [new DataError('PRIVILEGE_MISSING', ''), 'manual_intervention'],
  [new SafetyError('TARGET_IS_PRODUCTION', ''), 'manual_intervention'],
  [new ValidationFailedError(''), 'rollback'],
  [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'retry'],
  [new Error('a surprise'), 'rollback'],
])('%o is answered by %s', (error, action) => {
  expect(recoveryActionFor(error)).toBe(action);
});

test('the handler rolls an operation back by its id', async () => {
  const undone: string[] = [];
  const handler = createErrorHandler({ rollback: async (id) => void undone.push(id) });
  expect(await handler.handleDataError(new DataError('COPY_FAILED', ''))).toBe('retry');
  await handler.rollbackOperation('clone-test');
  expect(undone).toEqual(['clone-test']);
});
