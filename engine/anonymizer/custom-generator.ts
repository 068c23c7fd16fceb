import { createRequire } from 'node:module';
import type { Faker } from '@faker-js/faker';
import { DataError } from '../../contracts/errors.js';
import type { MaskTools } from './generator.js';
import { createRandom, type Random } from './random.js';
import type { SourceRow } from './source-row.js';
import { token } from './token.js';

/** What a custom generator is given besides the value. */
export interface CustomGeneratorContext {
  /** `schema.table` */
  table: string;
  column: string;
  /** The columns that the rule `reads`, as the source has them in this row, in their text form. */
  readonly row: Readonly<Record<string, string | null>>;
  /** The value's keyed hash, `length` characters of 0-9 and a-z (at most 13; default 13). The same value gives the same. */
  hash(length?: number): string;
  /** The next of a stream of numbers from 0 up to 1, seeded with the value's hash: the same value gives the same stream. */
  random(): number;
  /** faker in French, seeded with the value's hash: the same value gives the same. Seeding takes some 30 µs. */
  readonly faker: Faker;
}

/**
 * A generator of the configuration: the text form of one non-null value in, its masked text form or null out.
 * It has to be a pure function of its arguments, or clones stop being repeatable.
 */
export type CustomGenerator = (value: string, context: CustomGeneratorContext) => string | null;

export interface CustomMaskerInput {
  name: string;
  generator: CustomGenerator;
  table: string;
  column: string;
  tools: MaskTools;
  row: SourceRow;
  reads: readonly string[];
}

/** @throws DataError `GENERATOR_FAILED` from the masker; it names the column and the row's key, and neither the value nor what the generator said of it */
export function createCustomMasker({ name, generator, table, column, tools, row, reads }: CustomMaskerInput) {
  let current = '';
  let random: Random | undefined;
  const context: CustomGeneratorContext = {
    table,
    column,
    get row() {
      return Object.freeze(Object.fromEntries(reads.map((read) => [read, row.valueOf(read)])));
    },
    hash: (length) => token(tools.hash, current).slice(0, length),
    random() {
      random ??= createRandom(tools.hash.text(current));
      return random() / 2 ** 32;
    },
    get faker() {
      const faker = frenchFaker();
      faker.seed(tools.hash.text(current).low);
      return faker;
    },
  };
  const fail = (what: string) =>
    new DataError('GENERATOR_FAILED', `generator ${name} for column ${column} of ${table}${row.describe()} ${what}`);
  return (value: string): string | null => {
    current = value;
    random = undefined;
    const masked = call(() => generator(value, context), fail);
    if (masked === null) return null;
    if (typeof masked !== 'string') throw fail('returned neither a string nor null');
    if (masked.includes('\0')) throw fail('returned a NUL character, which PostgreSQL cannot hold');
    if (tools.maxLength !== undefined && Array.from(masked).length > tools.maxLength)
      throw fail(`returned more than the ${tools.maxLength} characters that fit`);
    return masked;
  };
}

const load = createRequire(import.meta.url);

/** Loaded by the first generator that asks: its words take as much memory as everything else of a copying thread. */
function frenchFaker(): Faker {
  return (load('@faker-js/faker/locale/fr') as { faker: Faker }).faker;
}

/** The cause is left out on purpose: a generator's error message may quote the value. */
function call(run: () => unknown, fail: (what: string) => DataError): unknown {
  try {
    return run();
  } catch (error) {
    throw fail(`threw ${error instanceof Error ? error.name : 'something that is not an error'}`);
  }
}
