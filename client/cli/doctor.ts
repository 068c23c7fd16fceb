import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { RecoverResult } from '../../contracts/clone.js';
import { SafetyError } from '../../contracts/errors.js';
import { type Desk, openDesk } from '../../worker/desk.js';
import type { DoctorCheck } from '../../worker/doctor.js';
import { findTemporalProgram } from '../temporal-program.js';
import { askConfirmation } from './clone.js';
import { action, type CommandContext } from './command.js';
import { connectCloner } from './connect.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';

const MARK = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' } as const;

interface Flags {
  fix?: boolean;
  confirm?: string[];
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check everything a clone needs, and say what to do')
    .option('--fix', 'undo what operations left that were terminated, or whose Temporal server is gone')
    .option('--confirm <environments...>', 'with --fix: the names of the environments where that may be done')
    .addHelpText('after', '\nExamples:\n  $ envclone doctor\n  $ envclone doctor --fix --confirm test')
    .action(
      action(async (context, { fix, confirm = [] }: Flags) => {
        const desk = await openDesk(context.directory);
        const fixed = fix ? await fixAll(context, desk, confirm) : [];
        const checks = [...(await desk.doctor()), await checkTemporal(desk.configuration.temporal.address)];
        const lines = checks.map(
          ({ state, name, message, next }) => `${MARK[state]}  ${name}: ${message}${next ? `\n         ${next}` : ''}`,
        );
        context.print({ checks, ...(fix && { fixed }) }, [...fixed.map(describeFixed), ...lines].join('\n'));
        return checks.some(({ state }) => state === 'problem') ? EXIT.failed : EXIT.done;
      }),
    );
}

/** Environment by environment. @throws SafetyError `TARGET_NOT_CONFIRMED` before anything is done, where nobody can be asked */
async function fixAll(context: CommandContext, desk: Desk, confirmed: string[]): Promise<RecoverResult[]> {
  const found = (await desk.doctor()).filter(({ fixes }) => fixes !== undefined);
  const fixable = found.map(({ fixes = '', message }) => ({ environment: fixes, message }));
  const open = fixable.filter(({ environment }) => !confirmed.includes(environment));
  if (open.length > 0 && !context.isInteractive) throw notConfirmed(open);
  if (fixable.length === 0) return [];
  const cloner = await connectCloner(context, desk.configuration);
  const fixed: RecoverResult[] = [];
  try {
    for (const { environment, message } of fixable) {
      const confirm = confirmed.includes(environment)
        ? environment
        : await askConfirmation(environment, context, `${environment} ${message}. That is undone.`);
      if (confirm === undefined) continue;
      const handle = await cloner.startRecovery({ environment, confirm, requestedBy: userInfo().username });
      fixed.push(await follow(context, cloner, handle));
    }
  } finally {
    await cloner.close();
  }
  return fixed;
}

function notConfirmed(open: { environment: string; message: string }[]): SafetyError {
  const names = open.map(({ environment }) => environment).join(' ');
  const what = open.map(({ environment, message }) => `${environment} ${message}`).join('; ');
  return new SafetyError('TARGET_NOT_CONFIRMED', `nobody confirmed that this is undone: ${what}`, {
    next: `Repeat the names: envclone doctor --fix --confirm ${names}`,
  });
}

function describeFixed({ environment, dropped, undone, stays }: RecoverResult): string {
  const what = [
    ...(undone ? [`is again what it was before ${undone}`] : []),
    ...(dropped.length > 0 ? [`what was built beside it is dropped: ${dropped.join(', ')}`] : []),
    ...(stays ? [`keeps what ${stays} left, which has no restore point`] : []),
  ];
  return `fixed    ${environment}: ${what.join('; ') || 'there was nothing left'}`;
}

async function checkTemporal(address: string | undefined): Promise<DoctorCheck> {
  const name = 'Temporal';
  if (address) {
    const { answers } = await import('../temporal-server.js');
    return (await answers(address))
      ? { name, state: 'ok', message: `answers at ${address}` }
      : { name, state: 'problem', message: `does not answer at ${address}`, next: 'Check TEMPORAL_ADDRESS' };
  }
  try {
    return { name, state: 'ok', message: `no address configured; starts ${findTemporalProgram()} when needed` };
  } catch (error) {
    return { name, state: 'problem', message: error instanceof Error ? error.message : String(error) };
  }
}
