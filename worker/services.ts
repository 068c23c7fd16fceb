import { join } from 'node:path';
import type { Services } from '../activities/services.js';
import { openDirectoryStore } from '../engine/artifacts/store.js';
import { loadConfiguration } from '../engine/environments/load-configuration.js';
import { openAuditTrail } from '../engine/monitoring/audit-trail.js';
import { createOperationMonitor } from '../engine/monitoring/operation-monitor.js';
import { createAlertSink } from '../engine/safety/alert.js';
import { createProductionSafetyGuard } from '../engine/safety/guard.js';
import type { Logger } from './logger.js';

export interface ServicesInput {
  directory: string;
  logger: Logger;
}

/** What the files of a directory are read for again: short enough for an edit to be seen, long enough for one activity. */
const FRESH_MS = 2_000;

/** Opens the services on the configuration as it is on disk now. */
export function createServicesOpener({ directory, logger }: ServicesInput): () => Promise<Services> {
  let opened: { at: number; services: Promise<Services> } | undefined;
  return () => {
    if (!opened || Date.now() - opened.at > FRESH_MS)
      opened = { at: Date.now(), services: openServices(directory, logger) };
    return opened.services;
  };
}

async function openServices(directory: string, logger: Logger): Promise<Services> {
  const configuration = await loadConfiguration({ directory });
  const { webhook } = configuration.alerts;
  const alert = createAlertSink({ logger, ...(webhook && { webhook }) });
  const artifacts = openDirectoryStore(configuration.artifactsDirectory);
  return {
    configuration,
    guard: createProductionSafetyGuard({ configuration, alert }),
    artifacts,
    monitor: createOperationMonitor({ artifacts, logger }),
    auditTrail: openAuditTrail({ directory: join(configuration.directory, '.envclone', 'audit') }),
  };
}
