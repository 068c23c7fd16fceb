import type { ArtifactStore } from '../engine/artifacts/store.js';
import type { Configuration } from '../engine/environments/configuration.js';
import type { AuditTrail } from '../engine/monitoring/audit-trail.js';
import type { OperationMonitor } from '../engine/monitoring/operation-monitor.js';
import type { AlertSink } from '../engine/safety/alert.js';
import type { ProductionSafetyGuard } from '../engine/safety/guard.js';

/** What every stage works with. */
export interface Services {
  configuration: Configuration;
  guard: ProductionSafetyGuard;
  artifacts: ArtifactStore;
  monitor: OperationMonitor;
  auditTrail: AuditTrail;
  alert: AlertSink;
}

/** Opens the services on the configuration as it is now: a worker outlives its edits. */
export type OpenServices = () => Promise<Services>;
