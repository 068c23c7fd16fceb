import { randomBytes } from 'node:crypto';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { ByteBuffer } from '../../engine/postgres/byte-buffer.js';
import { HASHING, VALUES } from '../data/values.js';
import { ownPeakBytes, startMeter } from '../meter.js';
import type { BenchRow, Measurement, Side } from '../row.js';

const DIFFERENT = 20_000;
const VALUES_AT_FULL_SCALE = 4_000_000;

/** What one value costs, by generator: as the copy calls it, on bytes in a buffer. */
export const values: BenchRow = {
  name: 'masked-values',
  title: 'one masked value, the slowest generator that hashes',
  judges: 'ns of processor time a value',
  limit: 250,
  async prepare({ scale }) {
    const count = Math.max(DIFFERENT, Math.round((VALUES_AT_FULL_SCALE * scale) / 2000));
    const sides = Object.entries(VALUES).map(([name, make]) => sideOf(name as AnonymizationType, make, count));
    return {
      sides,
      figure: ({ cpuSeconds, rows = Number.NaN }) => (cpuSeconds * 1e9) / rows,
      highestOf: HASHING,
      notes: [`Text values of 10 to 50 bytes, ${DIFFERENT} different ones. Generators that permute are not judged.`],
    };
  },
};

function sideOf(name: AnonymizationType, make: (index: number) => string, count: number): Side {
  const inputs = Array.from({ length: DIFFERENT }, (_, index) => Buffer.from(make(index)));
  const mask = bytesMaskOf(name);
  return {
    name,
    what: `generator ${name}`,
    async reset() {
      for (let warmUp = 0; warmUp < 3; warmUp++) maskAll(mask, inputs, DIFFERENT);
    },
    async run(): Promise<Measurement> {
      const stop = startMeter('own');
      maskAll(mask, inputs, count);
      return { ...stop(), peakBytes: ownPeakBytes(), rows: count };
    },
  };
}

function maskAll(mask: NonNullable<ValueMasker['bytes']>, inputs: Buffer[], count: number): void {
  const out = new ByteBuffer(64 * 1024);
  for (let index = 0; index < count; index++) {
    const value = inputs[index % inputs.length] as Buffer;
    out.length = 0;
    mask(value, 0, value.length, out);
  }
}

function bytesMaskOf(name: AnonymizationType): NonNullable<ValueMasker['bytes']> {
  const anonymizer = createDataAnonymizer({ key: () => randomBytes(32), generators: {} });
  const rule = { type: name, domain: name, isUnique: false, preserveFormat: false };
  const { columns } = anonymizer.compile({
    schema: 'public',
    name: 'values',
    wire: 'binary',
    columns: [{ name, shape: { kind: 'scalar', name: 'text' }, rule }],
    estimatedRows: DIFFERENT,
    sizeBytes: 0,
  });
  const bytes = columns[0]?.bytes;
  if (!bytes) throw new Error(`${name} has no form for bytes`);
  return bytes;
}
