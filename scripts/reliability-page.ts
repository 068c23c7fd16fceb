import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { outcomeTable, readOutcomes } from '../test/faults/world/outcomes.js';

const PAGE = fileURLToPath(new URL('../docs/reliability.md', import.meta.url));
const BEGIN = '<!-- outcomes: npm run docs:reliability -->';
const END = '<!-- end of outcomes -->';

/** Puts the last outcomes of `npm run test:faults` into `docs/reliability.md`. */
const outcomes = readOutcomes();
if (outcomes.length === 0) throw new Error('there are no outcomes: npm run test:faults');
const days = outcomes.map(({ at }) => at.slice(0, 10)).sort();
const scales = [...new Set(outcomes.map(({ scale }) => scale))].sort((a, b) => a - b);
const summary = `${outcomes.length} clones of the sample at scale ${scales.join(' and ')}, ${[...new Set(days)].join(' and ')}; ${
  outcomes.filter(({ broken }) => broken.length > 0).length
} of them broke a promise.`;
const page = await readFile(PAGE, 'utf8');
const [before, after] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END))];
if (!page.includes(BEGIN) || !page.includes(END)) throw new Error(`${PAGE} has no place for the outcomes`);
await writeFile(PAGE, `${before}${BEGIN}\n\n${summary}\n\n${outcomeTable(outcomes)}\n\n${after}`);
