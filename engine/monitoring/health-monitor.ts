import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReport, HealthState } from '../../contracts/validation.js';
import type { ReadOnlySource } from '../safety/proofs.js';

/** A check that is not healthy, or is healthy again. */
export interface HealthIssue {
  environment: string;
  check: string;
  state: HealthState;
  message: string;
  /** ISO 8601, UTC. */
  since: string;
}

/** Where issues go; the safety guard's alert sink is one. */
export interface HealthAlertSink {
  send(alert: { event: 'health'; environment: string; message: string }): Promise<void>;
}

export interface HealthMonitor {
  checkEnvironmentHealth(environment: ReadOnlySource, options?: { signal?: AbortSignal }): Promise<HealthReport>;
  /** Yields a report at once and then every `intervalMs` until the signal is aborted; alerts when a check changes its state, not while it stays. */
  monitorContinuously(environment: ReadOnlySource, options: MonitorOptions): AsyncIterable<HealthReport>;
  /** One alert an issue. */
  alertOnIssues(issues: readonly HealthIssue[]): Promise<void>;
}

export interface MonitorOptions {
  /** Milliseconds between the end of one report and the next. */
  intervalMs: number;
  signal: AbortSignal;
}

export interface HealthMonitorInput {
  /** The validation engine's `runHealthChecks`. */
  check(environment: ReadOnlySource, options?: { signal?: AbortSignal }): Promise<HealthReport>;
  alerts: HealthAlertSink;
}

export function createHealthMonitor({ check, alerts }: HealthMonitorInput): HealthMonitor {
  const alertOnIssues = async (issues: readonly HealthIssue[]) => {
    for (const { environment, check: name, state, message } of issues) {
      await alerts.send({ event: 'health', environment, message: `${environment} is ${state}: ${name}: ${message}` });
    }
  };
  return {
    checkEnvironmentHealth: check,
    alertOnIssues,
    async *monitorContinuously(environment, { intervalMs, signal }) {
      const known = new Map<string, HealthState>();
      while (!signal.aborted) {
        const report = await unlessAborted(check(environment, { signal }), signal);
        if (!report) return;
        await alertOnIssues(changesSince(known, report));
        for (const { name, state } of report.checks) known.set(name, state);
        yield report;
        await sleep(intervalMs, undefined, { signal }).catch(() => {}); // aborted: the loop ends
      }
    },
  };
}

async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** A check that was not asked, for the database did not answer, has not changed. */
function changesSince(
  known: Map<string, HealthState>,
  { environment, checks, checkedAt }: HealthReport,
): HealthIssue[] {
  return checks
    .filter(({ name, state }) => state !== (known.get(name) ?? 'healthy'))
    .map(({ name, state, message }) => ({ environment, check: name, state, message, since: checkedAt }));
}
