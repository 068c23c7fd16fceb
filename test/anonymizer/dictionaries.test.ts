import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { WORDS_FILE, wordsModule } from '../../scripts/dictionaries.js';

test('the dictionaries hold the words of the faker that is installed', async () => {
  expect(await readFile(WORDS_FILE, 'utf8')).toBe(wordsModule());
});
