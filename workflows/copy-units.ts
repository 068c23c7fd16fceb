import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { CopyProgress } from '../contracts/clone.js';
import type { CopyUnitsInput, UnitLeft } from '../contracts/stages.js';
import { COPY_PROGRESS_QUERY } from '../contracts/workflows.js';
import { times, together } from './lanes.js';
import { copying, ddl } from './policies.js';

/** To the parent: how much is done. */
export const copiedSignal = defineSignal<[CopyProgress]>('copied');
/** From the parent: whether to wait before the next unit. */
export const pausedSignal = defineSignal<[boolean]>('paused');
export const copyProgressQuery = defineQuery<CopyProgress>(COPY_PROGRESS_QUERY);

/** Units whose keys are built at the same time, beside the copies: each build has connections of its own. */
const KEY_LANES = 2;
/** A unit has twelve events; what is under way at the limit ends in this run, so that no run has 2,000. */
const HISTORY_LIMIT = 1_800;
/** The parent is told of every fiftieth of the bytes: each time is four events there. */
const TELLINGS = 50;

/** Copies what `input` has left and builds its keys. What is not done when the history is long is the next run's input. */
export async function copyUnits(input: CopyUnitsInput): Promise<CopyProgress> {
  const { grant, plan, lanes, historyLimit = HISTORY_LIMIT, left, landed, progress } = input;
  const current = new Set<UnitLeft>();
  let isPaused = false;
  setHandler(copyProgressQuery, shown);
  setHandler(pausedSignal, (paused) => {
    isPaused = paused;
  });

  async function copyLane(): Promise<void> {
    for (;;) {
      await condition(() => !isPaused);
      const unit = isLong() ? undefined : left.shift();
      if (!unit) return;
      current.add(unit);
      const { rows } = await copyUnit(input, unit);
      current.delete(unit);
      progress.doneRows += rows;
      progress.doneBytes += unit.sizeBytes;
      if ([...left, ...current].some(({ table }) => table === unit.table)) continue;
      progress.doneTables += unit.tables;
      landed.push(unit.unit);
    }
  }

  async function keyLane(): Promise<void> {
    for (;;) {
      await condition(() => !isPaused && (landed.length > 0 || isCopied() || isLong()));
      if (isLong()) return;
      const unit = landed.shift();
      if (unit !== undefined) await ddl.buildKeys({ grant, plan, unit });
      else if (isCopied()) return;
    }
  }

  async function tellLane(): Promise<void> {
    const { parent } = workflowInfo();
    let told = progress.doneBytes > 0 ? step() : -1;
    while (parent && told < TELLINGS) {
      await condition(() => step() > told || (isLong() && current.size === 0));
      if (step() === told) return;
      told = step();
      await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(copiedSignal, shown());
    }
  }

  function isLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return historyLength >= historyLimit || continueAsNewSuggested;
  }

  function isCopied(): boolean {
    return left.length === 0 && current.size === 0;
  }

  function step(): number {
    return isCopied() ? TELLINGS : Math.floor((TELLINGS * progress.doneBytes) / progress.sizeBytes) || 0;
  }

  function shown(): CopyProgress {
    return {
      ...progress,
      current: [...new Set([...current].map(({ table }) => table))],
      currentSizes: Object.fromEntries([...current].map(({ unit, sizeBytes }) => [unit, sizeBytes])),
    };
  }

  await together([...times(lanes, copyLane), ...times(KEY_LANES, keyLane), tellLane]);
  await condition(() => !isPaused); // the next run would not know
  if (left.length > 0 || landed.length > 0) await continueAsNew<typeof copyUnits>(input);
  return shown();
}

function copyUnit({ grant, plan, held }: CopyUnitsInput, { unit, table, tables }: UnitLeft) {
  const more = tables > 1 ? ` and ${tables - 1} more` : '';
  return copying.copyUnit.executeWithOptions({ summary: `${table}${more}` }, [{ grant, plan, unit, held }]);
}
