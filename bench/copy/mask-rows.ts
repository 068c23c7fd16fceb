import { RowMasker, type ValueMasker } from '../../engine/copy/mask-rows.js';

/** Rows a second through the row masker, beside bytes that only pass. Run: npx tsx bench/copy/mask-rows.ts */
const CHUNK_BYTES = 64 * 1024;
const ROWS = 1_000_000;
const COLUMNS = ['id', 'email', 'name', 'phone', 'city', 'created_at', 'note'];

const mask: ValueMasker = (value) => `user${value.length}@test.local`;

const chunks = chunksOfRows();
const megabytes = chunks.reduce((sum, { length }) => sum + length, 0) / 1e6;
console.log(`${ROWS} rows, ${megabytes.toFixed(0)} MB, chunks of ${CHUNK_BYTES / 1024} KB`);

const passing = measure('bytes copied once', () => {
  for (const chunk of chunks) Buffer.from(chunk);
});
for (const masked of [[], ['email'], ['email', 'name', 'phone'], ['note']]) {
  const seconds = measure(`masked: ${masked.join(', ') || 'nothing'}`, () => {
    const columns = COLUMNS.map((name) => ({ name, mask: masked.includes(name) ? mask : undefined }));
    const masker = new RowMasker({ table: 'public.people', columns });
    for (const chunk of chunks) masker.push(chunk);
    masker.end();
  });
  const perValue =
    masked.length > 0 ? `, ${(((seconds - passing) * 1e9) / (ROWS * masked.length)).toFixed(0)} ns a value` : '';
  console.log(
    `  ${(ROWS / seconds / 1e6).toFixed(2)} M rows/s, ${(seconds / passing).toFixed(1)} × passing${perValue}`,
  );
}

/** The best of five, in seconds. */
function measure(title: string, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    work();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  console.log(`${title}: ${(best * 1000).toFixed(0)} ms, ${(megabytes / best).toFixed(0)} MB/s`);
  return best;
}

function chunksOfRows(): Buffer[] {
  const rows: string[] = [];
  for (let row = 0; row < ROWS; row++) {
    rows.push(
      `${row}\tperson${row}@example.org\tAmel Benali ${row % 997}\t+21355${row}\tConstantine\t2024-05-01 12:00:00+00\tArrivée prévue à ${row % 24} h\n`,
    );
  }
  const bytes = Buffer.from(rows.join(''));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}
