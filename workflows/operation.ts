import {
  condition,
  defineQuery,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type CloneLog,
  type CloneOperation,
  type CloneStage,
  type CloneStatistics,
  type CopyProgress,
  type OperationFailure,
  STAGE_STARTS_AT,
} from '../contracts/clone.js';
import type { Intervention } from '../contracts/recovery.js';
import { PAUSE_UPDATE, PROGRESS_QUERY, RESUME_UPDATE } from '../contracts/workflows.js';

export const progressQuery = defineQuery<CloneOperation>(PROGRESS_QUERY);
export const pauseUpdate = defineUpdate<CloneOperation>(PAUSE_UPDATE);
export const resumeUpdate = defineUpdate<CloneOperation>(RESUME_UPDATE);

const KEPT_LOGS = 200;

export interface Operation {
  readonly id: string;
  readonly startedAt: string;
  /** Milliseconds by stage, up to now. */
  timings(): Record<string, number>;
  /** Enters a stage; waits first while the operation is paused. */
  enter(stage: CloneStage): Promise<void>;
  /** Waits while the operation is paused. */
  checkpoint(): Promise<void>;
  isPaused(): boolean;
  stage(): CloneStage;
  /** Shows that it waits for a person; with `undefined`, that it goes on. */
  needs(intervention: Intervention | undefined): void;
  show(): CloneOperation;
  copied(progress: CopyProgress): void;
  log(level: CloneLog['level'], component: string, message: string): void;
  complete(statistics?: CloneStatistics): void;
  fail(failure: OperationFailure): void;
}

/** Follows one operation: answers `progress`, obeys `pause` and `resume`, and shows the same in the Temporal UI. */
export function trackOperation({ source, target }: { source: string; target: string }): Operation {
  const id = uniqueId(workflowInfo());
  const startedAtMs = Date.now();
  const startedAt = new Date(startedAtMs).toISOString();
  const state: CloneOperation = {
    id,
    sourceEnvironment: source,
    targetEnvironment: target,
    status: 'pending',
    stage: 'guard',
    paused: false,
    progress: 0,
    startedAt,
    logs: [],
    statistics: EMPTY_STATISTICS,
  };
  const timings: Record<string, number> = {};
  let stageSince = startedAtMs;
  setHandler(progressQuery, () => state);
  setHandler(pauseUpdate, () => setPaused(true));
  setHandler(resumeUpdate, () => setPaused(false));

  function setPaused(paused: boolean): CloneOperation {
    state.paused = paused;
    log('info', state.stage, paused ? 'paused: waits before its next step' : 'resumed');
    return state;
  }

  function log(level: CloneLog['level'], component: string, message: string): void {
    state.logs.push({ timestamp: new Date().toISOString(), level, component, message });
    state.logs.splice(0, Math.max(0, state.logs.length - KEPT_LOGS));
    show();
  }

  function show(): CloneOperation {
    setCurrentDetails(describe(state));
    return state;
  }

  function settleTiming(): void {
    timings[state.stage] = (timings[state.stage] ?? 0) + Date.now() - stageSince;
    stageSince = Date.now();
  }

  const checkpoint = () => condition(() => !state.paused);

  return {
    id,
    startedAt,
    timings: () => ({ ...timings, [state.stage]: (timings[state.stage] ?? 0) + Date.now() - stageSince }),
    checkpoint,
    isPaused: () => state.paused,
    stage: () => state.stage,
    show,
    needs(intervention) {
      if (intervention) {
        Object.assign(state, { status: 'waiting', intervention });
        log('warning', state.stage, `waits for a person: ${intervention.code}: ${intervention.message}`);
        return;
      }
      state.status = 'in_progress';
      delete state.intervention;
      show();
    },
    async enter(stage) {
      await checkpoint();
      settleTiming();
      state.status = 'in_progress';
      state.stage = stage;
      if (stage !== 'undo') state.progress = STAGE_STARTS_AT[stage];
      log('info', stage, `${stage} started`);
    },
    copied(progress) {
      state.copy = progress;
      const share =
        progress.sizeBytes > 0 ? progress.doneBytes / progress.sizeBytes : progress.doneTables / progress.tables;
      state.progress = Math.round(
        STAGE_STARTS_AT.copy + (STAGE_STARTS_AT.finish - STAGE_STARTS_AT.copy) * Math.min(1, share || 0),
      );
      show();
    },
    log,
    complete(statistics) {
      settleTiming();
      Object.assign(state, {
        status: 'completed',
        stage: 'done',
        progress: 100,
        completedAt: new Date().toISOString(),
      });
      if (statistics) state.statistics = statistics;
      show();
    },
    fail(failure) {
      Object.assign(state, { status: 'failed', failure, completedAt: new Date().toISOString() });
      log('error', state.stage, `${failure.code}: ${failure.message}`);
    },
  };
}

/** The workflow id, as the SDK makes them; one that may be used again gets its run's beginning. */
function uniqueId({ workflowId, runId }: { workflowId: string; runId: string }): string {
  return /-\d{8}T\d{6}-[0-9a-f]{4}$/.test(workflowId) ? workflowId : `${workflowId}-${runId.slice(0, 8)}`;
}

const EMPTY_STATISTICS: CloneStatistics = {
  tablesCloned: 0,
  recordsCloned: 0,
  recordsAnonymized: 0,
  functionsCloned: 0,
  triggersCloned: 0,
  totalSizeCloned: '0 B',
  totalBytesCloned: 0,
  duration: 0,
};

/** Markdown for the Temporal UI. */
function describe(state: CloneOperation): string {
  const { copy, failure, intervention } = state;
  const rows = [
    ['source → target', `${state.sourceEnvironment} → ${state.targetEnvironment}`],
    ['status', state.paused ? `${state.status} (paused)` : state.status],
    ['stage', state.stage],
    ['progress', `${state.progress} %`],
    ...(copy ? [['tables', `${copy.doneTables} of ${copy.tables}, ${copy.doneRows} rows`]] : []),
    ...(intervention ? needed(state.id, intervention) : []),
    ...(failure ? [['failure', `${failure.code}: ${failure.message}`]] : []),
    ...(failure ? [['target', failure.target]] : []),
  ];
  const recent = state.logs.slice(-10).map(({ timestamp, level, message }) => `- ${timestamp} ${level}: ${message}`);
  return ['| | |', '|---|---|', ...rows.map(([key, value]) => `| ${key} | ${value} |`), '', ...recent].join('\n');
}

function needed(id: string, { step, code, message, next, since, until, choices }: Intervention): string[][] {
  return [
    ['waits for you', `${step}, since ${since}, until ${until}`],
    ['because', `${code}: ${message}`],
    ['needed', next],
    ['then', choices.map((choice) => `\`envclone resolve ${id} ${choice}\``).join(' or ')],
  ];
}
