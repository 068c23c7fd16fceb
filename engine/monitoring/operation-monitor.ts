import type { CloneEvent, OperationOutcome, OperationReport } from '../../contracts/report.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { type ActivityMeasure, appendMeasure } from './activity-measures.js';
import { generateReport } from './generate-report.js';
import { operationArtifact } from './operation-artifacts.js';

/** The part of pino that is used here. */
export interface EventLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Keeps what happens in an operation, and tells it afterwards. */
export interface OperationMonitor {
  /** Notes how far an operation is, in percent. Whole percents are kept once. */
  trackProgress(operationId: string, progress: number): void;
  /** Appends to the operation's event log, in the order of the calls; a log that cannot be written is a warning of the logger's, not a failure. */
  logEvent(operationId: string, event: CloneEvent): void;
  /** Keeps what an activity took, for the report. */
  recordMeasure(operationId: string, measure: ActivityMeasure): Promise<void>;
  /** Keeps how the operation ended, for its report. */
  recordOutcome(operationId: string, outcome: OperationOutcome): Promise<void>;
  /** Tells what the operation did from what it left, whether it succeeded, failed or never ended. */
  generateReport(operationId: string): Promise<OperationReport>;
  /** Settles when every event so far is kept. */
  flush(operationId: string): Promise<void>;
}

export interface OperationMonitorInput {
  artifacts: ArtifactStore;
  logger: EventLogger;
}

export function createOperationMonitor({ artifacts, logger }: OperationMonitorInput): OperationMonitor {
  const writing = new Map<string, Promise<void>>();
  const percents = new Map<string, number>();

  function append(operationId: string, event: CloneEvent): void {
    const line = JSON.stringify(event);
    const next = (writing.get(operationId) ?? Promise.resolve())
      .then(() => artifacts.append(operationArtifact(operationId, 'events'), line))
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown';
        logger.warn({ operation: operationId, reason }, 'an event could not be kept');
      })
      .finally(() => {
        if (writing.get(operationId) === next) writing.delete(operationId);
      });
    writing.set(operationId, next);
  }

  const flush = async (operationId: string) => {
    await writing.get(operationId);
  };

  return {
    flush,

    trackProgress(operationId, progress) {
      const percent = Math.floor(Math.min(100, Math.max(0, progress)));
      if (percents.get(operationId) === percent) return;
      percents.set(operationId, percent);
      append(operationId, {
        timestamp: new Date().toISOString(),
        level: 'info',
        component: 'progress',
        message: `${percent} %`,
        metadata: { progress: percent },
      });
    },

    logEvent(operationId, event) {
      const { level, message, component, metadata } = event;
      logger[level === 'warning' ? 'warn' : level]({ operation: operationId, component, ...metadata }, message);
      append(operationId, event);
    },

    recordMeasure: (operationId, measure) => appendMeasure(artifacts, operationId, measure),

    async recordOutcome(operationId, outcome) {
      percents.delete(operationId);
      await artifacts.writeJson(operationArtifact(operationId, 'outcome'), outcome);
    },

    async generateReport(operationId) {
      await flush(operationId);
      return generateReport(artifacts, operationId);
    },
  };
}
