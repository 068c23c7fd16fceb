import type { Command } from 'commander';
import { openDesk } from '../../worker/desk.js';
import type { DoctorCheck } from '../../worker/doctor.js';
import { findTemporalProgram } from '../temporal-program.js';
import { answers } from '../temporal-server.js';
import { action } from './command.js';
import { EXIT } from './exit-codes.js';

const MARK = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' } as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check everything a clone needs, and say what to do')
    .addHelpText('after', '\nExample:\n  $ envclone doctor')
    .action(
      action(async ({ directory, print }) => {
        const desk = await openDesk(directory);
        const checks = [...(await desk.doctor()), await checkTemporal(desk.configuration.temporal.address)];
        const lines = checks.map(
          ({ state, name, message, next }) => `${MARK[state]}  ${name}: ${message}${next ? `\n         ${next}` : ''}`,
        );
        print({ checks }, lines.join('\n'));
        return checks.some(({ state }) => state === 'problem') ? EXIT.failed : EXIT.done;
      }),
    );
}

async function checkTemporal(address: string | undefined): Promise<DoctorCheck> {
  const name = 'Temporal';
  if (address) {
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
