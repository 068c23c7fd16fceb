import type { EnvironmentType } from '../../contracts/environments.js';
import { SafetyError } from '../../contracts/errors.js';
import type { Configuration } from '../environments/configuration.js';
import type { Session } from '../postgres/session.js';
import { type AdmitSourceInput, admitReader, admitSource } from './admit-source.js';
import { type AdmitTargetInput, admitTarget, examineTarget } from './admit-target.js';
import type { AlertSink } from './alert.js';
import { type ConfirmationInput, requireTargetConfirmation } from './confirmation.js';
import type { ConfirmedTarget, ReadOnlySource } from './proofs.js';
import { notReadOnlyError, proveReadOnly } from './read-only-proof.js';
import { productionByType } from './refusals.js';

/** The one way to a database. Names in, proofs out; nothing is touched when it refuses, and each refusal is an alert. */
export interface ProductionSafetyGuard {
  /** What an environment is by configuration. @throws ConfigurationError `UNKNOWN_ENVIRONMENT` */
  validateEnvironmentType(environment: string): Promise<EnvironmentType>;
  /** Proves that the session cannot write: by privileges, and because it is READ ONLY. Returns what deserves a look. @throws SafetyError `SOURCE_NOT_READ_ONLY` */
  enforceReadOnlyAccess(session: Session): Promise<string[]>;
  /** @throws SafetyError `TARGET_IS_PRODUCTION` when the environment is production by type */
  blockWriteOperations(environment: string): Promise<void>;
  /** Whether an environment is provably not production: by type, stamp and identity. @throws what keeps it from being proven */
  verifyTargetEnvironment(environment: string, input?: { signal?: AbortSignal }): Promise<boolean>;
  /** Tells the alert sink that production is read. Once per operation. */
  alertOnProductionAccess(operation: string, about?: { environment?: string; requestedBy?: string }): Promise<void>;
  /** @throws SafetyError `TARGET_NOT_CONFIRMED` */
  requireTargetConfirmation(input: ConfirmationInput): void;

  /** For the source of a clone. @throws SafetyError `SOURCE_NOT_READ_ONLY`, ConnectionError, ConfigurationError */
  admitSource(environment: string, input?: AdmitSourceInput): Promise<ReadOnlySource>;
  /** For an environment that is only looked at: READ ONLY sessions; production is proven as a source is. */
  admitReadable(environment: string, input?: AdmitSourceInput): Promise<ReadOnlySource>;
  /** For what will be replaced. @throws SafetyError for each reason not to, ConnectionError, ConfigurationError */
  admitTarget(environment: string, input: AdmitTargetInput): Promise<ConfirmedTarget>;
}

export interface SafetyGuardInput {
  configuration: Configuration;
  alert: AlertSink;
}

export function createProductionSafetyGuard({ configuration, alert }: SafetyGuardInput): ProductionSafetyGuard {
  async function alertOnProductionAccess(
    operation: string,
    about: { environment?: string; requestedBy?: string } = {},
  ): Promise<void> {
    const environment = about.environment ?? 'production';
    if (!isFirst(`${configuration.directory} ${operation} ${environment}`)) return;
    const message = `production (${environment}) is read by ${operation}`;
    await alert.send({ event: 'production_read', environment, operation, ...about, message });
  }

  /** Sends every refusal before it goes on its way. */
  async function alerting<Result>(
    environment: string,
    input: AdmitSourceInput,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SafetyError) {
        const { code, message } = error;
        const { operation, requestedBy } = input;
        await alert.send({
          event: 'refused',
          environment,
          code,
          message: firstLine(message),
          ...(operation && { operation }),
          ...(requestedBy && { requestedBy }),
        });
      }
      throw error;
    }
  }

  const dependencies = { configuration, enforceReadOnlyAccess, alertOnProductionAccess };
  return {
    async validateEnvironmentType(environment) {
      return configuration.environment(environment).type;
    },
    enforceReadOnlyAccess,
    async blockWriteOperations(environment) {
      if (configuration.environment(environment).type !== 'production') return;
      await alerting(environment, {}, async () => {
        throw productionByType(environment);
      });
    },
    async verifyTargetEnvironment(environment, { signal } = {}) {
      try {
        await examineTarget(configuration, environment, { signal });
        return true;
      } catch (error) {
        if (error instanceof SafetyError) return false;
        throw error;
      }
    },
    alertOnProductionAccess,
    requireTargetConfirmation,
    admitSource: (environment, input = {}) =>
      alerting(environment, input, () => admitSource(dependencies, environment, input)),
    admitReadable: (environment, input = {}) =>
      alerting(environment, input, () => admitReader(dependencies, environment, input)),
    admitTarget: (environment, input) =>
      alerting(environment, input, () => admitTarget(configuration, environment, input)),
  };
}

async function enforceReadOnlyAccess(session: Session): Promise<string[]> {
  const { mode } = await session.one<{ mode: string }>(`select current_setting('transaction_read_only') as mode`);
  const { findings, warnings } = await proveReadOnly(session);
  if (mode !== 'on')
    findings.push({
      kind: 'session',
      what: 'the session is not READ ONLY',
      fix: 'set default_transaction_read_only = on',
    });
  if (findings.length > 0) throw notReadOnlyError(session.environment, findings);
  return warnings;
}

const REMEMBERED = 10_000;
const announced = new Set<string>();

/** Every activity of an operation is admitted again; people hear of it once. */
function isFirst(key: string): boolean {
  if (announced.has(key)) return false;
  if (announced.size >= REMEMBERED) announced.clear();
  announced.add(key);
  return true;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
