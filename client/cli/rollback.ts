import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROLLBACK_COMPONENTS, type RollbackComponent, type RollbackResult } from '../../contracts/clone.js';
import { formatCount } from '../../engine/monitoring/format.js';
import { openDesk } from '../../worker/desk.js';
import { askConfirmation } from './clone.js';
import { action, type CommandContext } from './command.js';
import { connectCloner } from './connect.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';
import { addOnTrouble, type OnTroubleFlag, onTroubleOf } from './on-trouble.js';

interface Flags extends OnTroubleFlag {
  to?: string;
  table?: string[];
  component?: RollbackComponent[];
  cascade?: boolean;
  dryRun?: boolean;
  confirm?: string;
}

export function addRollback(program: Command): void {
  const command = program
    .command('rollback <environment>')
    .description(
      'return an environment, or parts of it, to a restore point; what it is now becomes a restore point too',
    )
    .option('--to <restore point>', 'its id; the newest one by default')
    .option('--table <names>', 'only these tables, separated by commas: definitions and rows', namesOf)
    .addOption(
      new Option('--component <names>', `only these, separated by commas: ${ROLLBACK_COMPONENTS.join(', ')}`).argParser(
        componentsOf,
      ),
    )
    .option('--cascade', 'take tables back too whose rows reference rows that would go')
    .option('--dry-run', 'of tables or components: try it, say what would change, and change nothing')
    .option('--confirm <environment>', 'the name of the environment, repeated')
    .addHelpText(
      'after',
      `
Examples:
  $ envclone rollback test --confirm test
  $ envclone rollback test --table lofts,audit.events --dry-run
  $ envclone rollback test --component policies --confirm test`,
    );
  addOnTrouble(command).action(action(rollback));
}

async function rollback(context: CommandContext, environment: string, flags: Flags): Promise<number> {
  const { to, table, component, cascade, dryRun } = flags;
  const { configuration } = await openDesk(context.directory);
  configuration.require([environment]);
  const confirm = dryRun ? undefined : (flags.confirm ?? (await askConfirmation(environment, context)));
  const cloner = await connectCloner(context, configuration);
  try {
    const handle = await cloner.startRollback({
      environment,
      requestedBy: userInfo().username,
      ...onTroubleOf(flags, context, configuration),
      ...(to && { restorePoint: to }),
      ...(table && { tables: table }),
      ...(component && { components: component }),
      ...(cascade && { cascade }),
      ...(dryRun && { dryRun }),
      ...(confirm !== undefined && { confirm }),
    });
    const result = await follow(context, cloner, handle);
    context.print(result, result.changes ? describeParts(result) : describeWhole(result));
    return EXIT.done;
  } finally {
    await cloner.close();
  }
}

function describeWhole({ environment, restorePoint, tables, records }: RollbackResult): string {
  return `${environment} is again what it was at ${restorePoint.id}: ${tables} tables, ${records} rows`;
}

function describeParts({ environment, restorePoint, operationId, changes, dryRun }: RollbackResult): string {
  const { tables = [], objects = [], kept = [] } = changes ?? {};
  const title = dryRun
    ? `${environment} would change, to ${restorePoint.id}:`
    : `${environment} has changed, to ${restorePoint.id}:`;
  const lines = [
    ...tables.map(({ table, rowsBefore, rowsAfter, cascaded }) => {
      const why = cascaded ? '  (its rows reference rows that go)' : '';
      return `  ${table}  ${formatCount(rowsBefore)} rows → ${formatCount(rowsAfter)} rows${why}`;
    }),
    ...objects.map(({ kind, name, change }) => `  ${change}: ${kind} ${name}`),
    ...kept.map((table) => `  kept: ${table}, which the restore point does not have`),
  ];
  const after = dryRun
    ? ['nothing was changed']
    : [
        `undo: envclone rollback ${environment} --to ${operationId} --confirm ${environment}`,
        `report: envclone report ${operationId}`,
      ];
  return [
    ...(lines.length === 0 ? [`${environment} is what it was at ${restorePoint.id}`] : [title, ...lines]),
    ...after,
  ].join('\n');
}

/** Separated by commas that no quotes are around; of several flags all. */
function namesOf(written: string, before: string[] = []): string[] {
  const names = written.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  return [...before, ...names.map((name) => name.trim()).filter((name) => name !== '')];
}

function componentsOf(written: string, before: RollbackComponent[] = []): RollbackComponent[] {
  const names = namesOf(written);
  const known = names.flatMap((name) => ROLLBACK_COMPONENTS.filter((component) => component === name));
  if (known.length === names.length && names.length > 0) return [...before, ...known];
  throw new InvalidArgumentError(`Allowed choices are ${ROLLBACK_COMPONENTS.join(', ')}.`);
}
