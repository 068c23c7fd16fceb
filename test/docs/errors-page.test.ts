import { expect, test } from 'vitest';
import { errorsPage, readErrorsPage } from '../../scripts/errors-page.js';

test('docs/errors.md lists every error code as the code describes it', async () => {
  expect(await readErrorsPage()).toBe(errorsPage());
});
