import { join } from 'node:path';
import type { Services } from '../activities/services.js';
import type { ArtifactStore } from '../engine/artifacts/store.js';
import type { Configuration } from '../engine/environments/configuration.js';
import { loadConfiguration } from '../engine/environments/load-configuration.js';
import { openAuditTrail } from '../engine/monitoring/audit-trail.js';
import { createOperationMonitor } from '../engine/monitoring/operation-monitor.js';
import { type AlertEvent, type AlertSink, createAlertSink } from '../engine/safety/alert.js';
import { createProductionSafetyGuard } from '../engine/safety/guard.js';
import { createArtifactsOpener } from './artifacts.js';
import type { Logger } from './logger.js';

export interface ServicesInput {
  directory: string;
  logger: Logger;
  /** Events that somebody else has told of. Default: none. */
  silent?: AlertEvent['event'][];
}

/** What the files of a directory are read for again: short enough for an edit to be seen, long enough for one activity. */
const FRESH_MS = 2_000;

/** Opens the services on the configuration as it is on disk now. */
export function createServicesOpener(input: ServicesInput): () => Promise<Services> {
  const openArtifacts = createArtifactsOpener();
  let opened: { at: number; services: Promise<Services> } | undefined;
  return () => {
    if (!opened || Date.now() - opened.at > FRESH_MS)
      opened = { at: Date.now(), services: openServices({ ...input, openArtifacts }) };
    return opened.services;
  };
}

interface OpenServicesInput extends ServicesInput {
  openArtifacts(configuration: Configuration): ArtifactStore;
}

async function openServices({ directory, logger, openArtifacts, silent = [] }: OpenServicesInput): Promise<Services> {
  const configuration = await loadConfiguration({ directory });
  const { webhook } = configuration.alerts;
  const sink = createAlertSink({ logger, ...(webhook && { webhook }) });
  const alert: AlertSink = { send: async (event) => (silent.includes(event.event) ? undefined : sink.send(event)) };
  const artifacts = openArtifacts(configuration);
  return {
    configuration,
    alert,
    guard: createProductionSafetyGuard({ configuration, alert }),
    artifacts,
    monitor: createOperationMonitor({ artifacts, logger }),
    auditTrail: openAuditTrail({ directory: join(configuration.directory, '.envclone', 'audit') }),
  };
}
