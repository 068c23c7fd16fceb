import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../../contracts/errors.js';
import type { TablePreview } from '../../contracts/preview.js';
import { openDesk } from '../../worker/desk.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';
import { onlyProduction } from './only-production.js';
import { previewPage } from './preview-page.js';

interface PreviewFlags {
  rows: string;
  source?: string;
  showSource?: boolean;
  html?: string;
}

export function addPreview(program: Command): void {
  program
    .command('preview <target> <table>')
    .description('show what masking makes of the first rows of a table; nothing is written to a database')
    .option('--rows <n>', 'how many rows', '20')
    .option('--source <environment>', 'where the rows are read; default: the only production')
    .option('--show-source', 'also show what the source has: personal data')
    .option('--html <file>', 'write it as a page, readable by you alone')
    .addHelpText('after', '\nExample:\n  $ envclone preview test public.guests --rows 5')
    .action(
      action(async ({ directory, print }, target: string, table: string, flags: PreviewFlags) => {
        const rows = Number(flags.rows);
        if (!(Number.isInteger(rows) && rows > 0 && rows <= MOST_ROWS)) {
          throw new ConfigurationError('CONFIGURATION_INVALID', `--rows takes a number from 1 to ${MOST_ROWS}`);
        }
        const desk = await openDesk(directory);
        const source = flags.source ?? onlyProduction(desk.configuration.environments, '--source');
        const preview = await desk.preview({ source, target, table, rows, showSource: flags.showSource ?? false });
        if (flags.html !== undefined) {
          const file = resolve(directory, flags.html);
          await writeFile(file, previewPage(preview), { mode: 0o600 });
          print({ ...preview, file }, `${summaryOf(preview)}\nwritten: ${file}`);
        } else {
          print(preview, [summaryOf(preview), ...preview.rows.flatMap((_, row) => linesOf(preview, row))].join('\n'));
        }
        return EXIT.done;
      }),
    );
}

const MOST_ROWS = 1_000;

function summaryOf({ table, source, target, rows, columns }: TablePreview): string {
  const masked = columns.filter(({ rule }) => rule !== 'keep').length;
  return `${table} of ${source} as ${target} would have it: ${rows.length} ${rows.length === 1 ? 'row' : 'rows'}, ${masked} of ${columns.length} columns masked`;
}

/** One line a column: a terminal is rarely as wide as a table. */
function linesOf({ columns, rows }: TablePreview, row: number): string[] {
  const width = Math.max(...columns.map(({ name }) => name.length));
  const lines = columns.map(({ name, rule }, at) => {
    const after = rule === 'undecided' ? '(no rule yet)' : shown(rows[row]?.after[at]);
    const before = rows[row]?.before && rule !== 'keep' ? `${shown(rows[row]?.before?.[at])} → ` : '';
    return `  ${name.padEnd(width)}  ${before}${after}${rule === 'keep' ? '' : `   [${rule}]`}`;
  });
  return ['', `row ${row + 1}`, ...lines];
}

const LONGEST = 60;

/** One line, whatever it holds; control characters could drive the terminal. */
function shown(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  const line = value.replace(/\p{Cc}/gu, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
