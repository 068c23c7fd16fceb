import { type Command, Option } from 'commander';
import type { PrunedRestorePoint, RestorePointSummary } from '../../contracts/backup.js';
import { formatBytes, formatCount, formatDuration } from '../../engine/monitoring/format.js';
import { openDesk } from '../../worker/desk.js';
import type { RestorePointsDesk } from '../../worker/restore-points.js';
import { action, type CommandContext } from './command.js';
import { EXIT } from './exit-codes.js';

interface Flags {
  verify?: true | string;
  prune?: boolean;
  dryRun?: boolean;
}

export function addRestorePoints(program: Command): void {
  program
    .command('restore-points <environment>')
    .description('list what an environment can be returned to, newest first')
    .addOption(
      new Option('--verify [id]', 'read one back completely, by default the newest, and keep the result').conflicts(
        'prune',
      ),
    )
    .option('--prune', 'remove what is beyond restorePoints.keep, databases, days and maxSize of the configuration')
    .option('--dry-run', 'with --prune: only say what would go')
    .addHelpText(
      'after',
      `
Examples:
  $ envclone restore-points test
  $ envclone restore-points test --verify
  $ envclone restore-points test --prune --dry-run`,
    )
    .action(
      action(async (context, environment: string, { verify, prune = false, dryRun = false }: Flags) => {
        const { restorePoints } = await openDesk(context.directory);
        if (verify) return verifyPoint(context, { restorePoints, environment, ...(verify !== true && { id: verify }) });
        if (prune) return prunePoints(context, { restorePoints, environment, dryRun });
        const warnings: string[] = [];
        const found = await restorePoints.list(environment, { onWarning: (message) => warnings.push(message) });
        const lines = found.length > 0 ? found.map(describePoint) : [`${environment} has no restore point`];
        context.print({ restorePoints: found, warnings }, [...lines, ...warnings].join('\n'));
        return EXIT.done;
      }),
    );
}

interface PointsInput {
  restorePoints: RestorePointsDesk;
  environment: string;
}

async function verifyPoint(
  { isJson, say, print }: CommandContext,
  { restorePoints, ...input }: PointsInput & { id?: string },
): Promise<number> {
  const onProgress = (file: string) => (isJson ? undefined : say(`reading ${file}`));
  const verified = await restorePoints.verify({ ...input, onProgress });
  const { id, result, why } = verified;
  print(verified, result === 'sound' ? `${id} is sound: every row of it was read` : `${id} is damaged: ${why}`);
  return result === 'sound' ? EXIT.done : EXIT.failed;
}

async function prunePoints(
  { print }: CommandContext,
  { restorePoints, environment, dryRun }: PointsInput & { dryRun: boolean },
): Promise<number> {
  const pruned = await restorePoints.prune(environment, { dryRun });
  const lines = pruned.map(({ id, sizeBytes, why }) => `${id}  ${formatBytes(sizeBytes)}  ${REASON[why]}`);
  const title = lines.length === 0 ? 'nothing is beyond the limits' : dryRun ? 'would be removed:' : 'removed:';
  print({ dryRun, pruned }, [title, ...lines].join('\n'));
  return EXIT.done;
}

const REASON: Record<PrunedRestorePoint['why'], string> = {
  'too many': 'more than restorePoints.keep or restorePoints.databases',
  'too old': 'older than restorePoints.days',
  'too large together': 'beyond restorePoints.maxSize',
  incomplete: 'left by an operation that died while it wrote it',
};

function describePoint(point: RestorePointSummary): string {
  const { id, createdAt, operation } = point;
  const age = `${formatDuration(Date.now() - Date.parse(createdAt))} ago`;
  return [id, `${createdAt} (${age})`, `before ${operation}`, describeContent(point)].join('  ');
}

function describeContent(point: RestorePointSummary): string {
  const { kind, tables, records, sizeBytes } = point;
  const [rows, size] = [formatCount(records), formatBytes(sizeBytes)];
  switch (kind) {
    case 'archive':
      return `${tables} tables, ${rows} rows, ${size}  ${describeVerification(point)}`;
    case 'database':
      return `${tables} tables, ~${rows} rows, ${size} as a database: returning takes a moment`;
    case 'drop database':
      return 'no database: returning drops it';
  }
}

function describeVerification({ verification }: Pick<RestorePointSummary, 'verification'>): string {
  if (!verification) return 'not verified';
  return verification.result === 'sound' ? `sound on ${verification.at.slice(0, 10)}` : 'DAMAGED';
}
