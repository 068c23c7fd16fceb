import { CancellationScope, sleep } from '@temporalio/workflow';
import type { Intervention, Resolution, ResolveInput } from '../contracts/recovery.js';
import type { TargetGrant } from '../contracts/stages.js';
import { describeFailure, needsPerson } from './failures.js';
import type { HeldTarget } from './holders.js';
import { type Interventions, trackInterventions } from './interventions.js';
import type { Operation } from './operation.js';
import { control } from './policies.js';
import type { Compensated, Compensation } from './saga.js';

export interface Recovery {
  /** As the grant says, failures that a person can mend wait for one. */
  begin(context: RecoveryContext): void;
  /** Runs what changes something, with the target's lock. What a person mended is run again, what nobody did fails. What is not run by it waits for nobody. */
  step<Result>(run: () => Promise<Result>): Promise<Result>;
  /** Runs a compensation until it succeeds, a person leaves it out, or nobody answers. */
  compensate(compensation: Compensation): Promise<Compensated>;
}

interface RecoveryContext {
  grant: TargetGrant;
  /** Of the target. */
  lock: HeldTarget;
}

/** Decides what is done about a failure, by the table of error codes, and by the answer of a person where that says so. */
export function trackRecovery(operation: Operation): Recovery {
  const interventions = trackInterventions(operation);
  let context: RecoveryContext | undefined;

  async function ask(step: string, failure: unknown, choices: Resolution[]): Promise<ResolveInput | undefined> {
    const { grant } = context ?? {};
    if (grant?.waitMs === undefined) return undefined;
    return askPerson({ interventions, operation, grant, waitMs: grant.waitMs }, { step, failure, choices });
  }

  return {
    begin(started) {
      context = started;
    },

    async step(run) {
      for (let isAgain = false; ; isAgain = true) {
        try {
          if (isAgain) await context?.lock.renew();
          context?.lock.check();
          return await run();
        } catch (failure) {
          if (!needsPerson(failure)) throw failure;
          const answer = await ask(operation.stage(), failure, ['retry', 'rollback']);
          if (answer?.choice !== 'retry') throw failure;
          await sleep(SETTINGS_READ_AGAIN);
        }
      }
    },

    async compensate(compensation) {
      for (let isAgain = false; ; isAgain = true) {
        try {
          if (isAgain) await context?.lock.renew();
          await compensation.run();
          return { status: 'done' };
        } catch (error) {
          const answer = await ask(compensation.name, error, ['retry', 'skip']);
          if (!answer) return { status: 'stuck', error };
          if (answer.choice === 'skip') return { status: 'left out', by: answer.requestedBy ?? 'somebody' };
          await sleep(SETTINGS_READ_AGAIN);
        }
      }
    },
  };
}

/** Workers look that often whether configuration and .env files have changed. */
const SETTINGS_READ_AGAIN = '3s';

interface Asking {
  interventions: Interventions;
  operation: Operation;
  grant: TargetGrant;
  waitMs: number;
}

interface Question {
  step: string;
  failure: unknown;
  choices: Resolution[];
}

/** Tells of it by the alert, and keeps question and answer in the audit trail. */
async function askPerson(
  { interventions, operation, grant, waitMs }: Asking,
  { step, failure, choices }: Question,
): Promise<ResolveInput | undefined> {
  const { code, message, next = FIND_OUT } = describeFailure(failure, 'untouched');
  const record = async (intervention: Intervention, answer?: ResolveInput | 'none') => {
    const by = typeof answer === 'object' ? answer.requestedBy : grant.requestedBy;
    await CancellationScope.nonCancellable(() =>
      control.recordIntervention({
        operation: operation.id,
        target: grant.target,
        intervention,
        ...(answer && { answer: answer === 'none' ? answer : answer.choice }),
        ...(by && { requestedBy: by }),
      }),
    ).catch(() => operation.log('warning', 'resolve', 'the audit trail could not be written'));
  };
  let asked: Intervention | undefined;
  let told: Promise<void> | undefined;
  const answer = await interventions.ask(
    { step, code: code === 'CANCELLED' ? 'UNKNOWN' : code, message, next, choices },
    {
      waitMs,
      onAsked(intervention) {
        asked = intervention;
        told = record(intervention);
      },
    },
  );
  await told;
  if (asked) await record(asked, answer ?? 'none');
  return answer;
}

const FIND_OUT = 'Find out why: the message and the log of the worker say what happened.';
