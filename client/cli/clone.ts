import { userInfo } from 'node:os';
import { isCancel, text } from '@clack/prompts';
import type { Command } from 'commander';
import type { CloneResult } from '../../contracts/clone.js';
import { openDesk } from '../../worker/desk.js';
import { addCloneOptions, type CloneFlags, cloneOptionsOf } from './clone-flags.js';
import { action, type CommandContext } from './command.js';
import { connectCloner } from './connect.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';
import { addOnTrouble, type OnTroubleFlag, onTroubleOf } from './on-trouble.js';

interface Flags extends CloneFlags, OnTroubleFlag {
  confirm?: string;
  keepInvalid?: boolean;
  detach?: boolean;
}

export function addClone(program: Command): void {
  const command = program
    .command('clone <source> <target>')
    .description('rebuild <target> as an anonymized copy of <source>; what fails is undone')
    .option('--confirm <target>', 'the name of the target, repeated: its content will be replaced')
    .option('--keep-invalid', 'keep a clone that fails validation')
    .option('--detach', 'start it, print its operation id, and leave')
    .addHelpText('after', '\nExample:\n  $ envclone clone production test --confirm test --no-audit-logs');
  addOnTrouble(addCloneOptions(command)).action(action(clone));
}

async function clone(context: CommandContext, source: string, target: string, flags: Flags): Promise<number> {
  const { configuration } = await openDesk(context.directory);
  configuration.require([source, target]);
  const confirm = flags.confirm ?? (await askConfirmation(target, context));
  const cloner = await connectCloner(context, configuration);
  try {
    const handle = await cloner.startClone({
      source,
      target,
      options: cloneOptionsOf(flags),
      requestedBy: userInfo().username,
      ...onTroubleOf(flags, context, configuration),
      ...(confirm !== undefined && { confirm }),
      ...(flags.keepInvalid && { onInvalid: 'keep' as const }),
    });
    context.say(`operation ${handle.operationId}`);
    if (flags.detach) {
      context.print({ operationId: handle.operationId }, handle.operationId);
      return EXIT.done;
    }
    const result = await follow(context, cloner, handle);
    context.print(result, describe(result, target));
    return result.status === 'kept_invalid' ? EXIT.invalid : EXIT.done;
  } finally {
    await cloner.close();
  }
}

/** On a terminal the name may be typed; anywhere else it has to be given. */
export async function askConfirmation(
  target: string,
  { isInteractive }: CommandContext,
  what = `Everything in ${target} will be replaced.`,
): Promise<string | undefined> {
  if (!isInteractive) return undefined;
  const answer = await text({ message: `${what} Type its name to go on:` });
  return isCancel(answer) ? undefined : answer;
}

function describe(result: CloneResult, target: string): string {
  const { statistics, anonymization, neutralized, warnings, validation, restorePoint } = result;
  const masked = anonymization.reduce((sum, { anonymizedFields }) => sum + anonymizedFields.length, 0);
  const tests = validation.tests?.length ?? 0;
  const { verification } = validation;
  return [
    `${target} is a clone: ${statistics.tablesCloned} tables, ${statistics.recordsCloned} rows (${statistics.totalSizeCloned}) in ${(statistics.duration / 1000).toFixed(1)} s`,
    `masked: ${masked} columns, ${statistics.recordsAnonymized} rows in tables with masked columns`,
    `validated: ${result.status === 'completed' ? 'valid' : `${validation.errors.length} error(s), kept as asked`}, ${tests} tests`,
    ...(verification
      ? [
          `compared with the snapshot: ${verification.proof} of ${verification.rows} rows in ${verification.tables} tables`,
        ]
      : []),
    ...section(
      'made harmless',
      neutralized.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`),
    ),
    ...section(
      'errors',
      validation.errors.map(({ message, object }) => `${object ? `${object}: ` : ''}${message}`),
    ),
    ...section('warnings', [
      ...warnings,
      ...validation.warnings.map(({ message, object }) => `${object ? `${object}: ` : ''}${message}`),
    ]),
    ...(restorePoint ? [`undo: envclone rollback ${target} --to ${restorePoint.id} --confirm ${target}`] : []),
    `report: envclone report ${result.operationId}`,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}
