import { randomBytes } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type {
  CloneInput,
  CloneOperation,
  CloneResult,
  OperationFailure,
  RecoverInput,
  RecoverResult,
  RollbackInput,
  RollbackResult,
  ValidateInput,
} from '../contracts/clone.js';
import type { ResolveInput } from '../contracts/recovery.js';
import type { ValidationResult } from '../contracts/validation.js';
import { DEFAULT_TASK_QUEUE, PROGRESS_QUERY, WORKFLOW_TYPES } from '../contracts/workflows.js';
import { refuseFunctions } from './refuse-functions.js';
import { resolveOperation } from './resolve-operation.js';
import { asOperationError, temporalUnavailable } from './temporal-errors.js';
import { viewOperation, watchOperation } from './watch-operation.js';

export interface EnvironmentClonerInput {
  /** A connection of yours; it stays open. Otherwise one is made to `address`. */
  connection?: Connection;
  /** `host:port` of the Temporal server. Default `localhost:7233`. */
  address?: string;
  /** Default `default`. */
  namespace?: string;
  /** Default `envclone`. */
  taskQueue?: string;
  apiKey?: string;
  tls?: boolean;
}

/** One operation that was started. */
export interface OperationHandle<Result> {
  operationId: string;
  /** @throws OperationFailedError with the code, what to do next, and what the target is now */
  result(): Promise<Result>;
  /** With the copies under way; from the second call on with their rate since the calls before. */
  progress(): Promise<CloneOperation>;
  /** Asks the operation to stop and to undo what it did; `result` rejects when that is done. */
  cancel(): Promise<void>;
}

/** Clones, validates and rolls back environments by workers that poll the task queue. */
export interface EnvironmentCloner {
  /** Clones and waits for the result. @throws OperationFailedError */
  cloneEnvironment(input: CloneInput): Promise<CloneResult>;
  /** @throws OperationFailedError */
  validateClone(input: ValidateInput): Promise<ValidationResult>;
  /** Returns an environment to a restore point. @throws OperationFailedError */
  rollbackClone(input: RollbackInput): Promise<RollbackResult>;
  /** @throws ConfigurationError `CONFIGURATION_INVALID` for a function in the options; ConnectionError `TEMPORAL_UNAVAILABLE` */
  startClone(input: CloneInput): Promise<OperationHandle<CloneResult>>;
  startValidation(input: ValidateInput): Promise<OperationHandle<ValidationResult>>;
  startRollback(input: RollbackInput): Promise<OperationHandle<RollbackResult>>;
  /** Undoes what operations left that ended without their undo: terminated, or with a Temporal server that is gone. */
  startRecovery(input: RecoverInput): Promise<OperationHandle<RecoverResult>>;
  /** The operation as it goes, about once a second, until it has ended. */
  watch(operationId: string): AsyncIterable<CloneOperation>;
  cancel(operationId: string): Promise<void>;
  /** Answers an operation that waits for a person (`status` `waiting`). @throws ConfigurationError `RESOLUTION_REFUSED` */
  resolve(operationId: string, input: ResolveInput): Promise<CloneOperation>;
  /** Whether a worker polls the task queue. */
  hasWorker(): Promise<boolean>;
  close(): Promise<void>;
}

/** @throws ConnectionError `TEMPORAL_UNAVAILABLE` */
export async function createEnvironmentCloner(input: EnvironmentClonerInput = {}): Promise<EnvironmentCloner> {
  const { taskQueue = DEFAULT_TASK_QUEUE, namespace = 'default' } = input;
  const connection = input.connection ?? (await connect(input));
  const client = new Client({ connection, namespace });

  async function start<Result>(kind: keyof typeof WORKFLOW_TYPES, environment: string, args: object) {
    refuseFunctions(args);
    const operationId = newOperationId(kind, environment);
    const handle = await client.workflow
      .start(WORKFLOW_TYPES[kind], {
        workflowId: operationId,
        taskQueue,
        args: [args],
        staticSummary: `${kind} ${environment}`,
      })
      .catch((error: unknown) => {
        throw temporalUnavailable(input.address, error);
      });
    return handleOf<Result>(client, handle);
  }

  const startClone = (clone: CloneInput) => start<CloneResult>('clone', clone.target, clone);
  const startValidation = (validate: ValidateInput) =>
    start<ValidationResult>('validate', validate.environment, validate);
  const startRollback = (rollback: RollbackInput) => start<RollbackResult>('rollback', rollback.environment, rollback);

  return {
    startClone,
    startValidation,
    startRollback,
    startRecovery: (recover) => start<RecoverResult>('recover', recover.environment, recover),
    cloneEnvironment: async (clone) => (await startClone(clone)).result(),
    validateClone: async (validate) => (await startValidation(validate)).result(),
    rollbackClone: async (rollback) => (await startRollback(rollback)).result(),
    watch: (operationId) => watchOperation(client, operationId),
    async cancel(operationId) {
      await client.workflow.getHandle(operationId).cancel();
    },
    resolve: (operationId, answer) => resolveOperation(client, operationId, answer),
    async hasWorker() {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: WORKFLOW_TASKS,
      });
      return (pollers?.length ?? 0) > 0;
    },
    async close() {
      if (!input.connection) await connection.close();
    },
  };
}

async function connect({ address = 'localhost:7233', apiKey, tls }: EnvironmentClonerInput): Promise<Connection> {
  try {
    return await Connection.connect({
      address,
      connectTimeout: '10s',
      ...(apiKey && { apiKey }),
      ...((tls || apiKey) && { tls: true }),
    });
  } catch (error) {
    throw temporalUnavailable(address, error);
  }
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_TASKS = 1;

/** `clone-test-20260102T030405-9f3a`: names the operation's workflow, artifacts, report and restore point. */
function newOperationId(kind: string, environment: string): string {
  const at = new Date().toISOString().replace(/[-:]|\.\d+Z/g, '');
  return `${kind}-${environment}-${at}-${randomBytes(2).toString('hex')}`;
}

function handleOf<Result>(client: Client, handle: WorkflowHandle): OperationHandle<Result> {
  const view = viewOperation(client, handle.workflowId);
  return {
    operationId: handle.workflowId,
    async result() {
      try {
        return (await handle.result()) as Result;
      } catch (error) {
        throw asOperationError(error, await failureOf(handle));
      }
    },
    async progress() {
      const { operation } = await view.look();
      return operation ?? handle.query<CloneOperation>(PROGRESS_QUERY); // whose failure says why there is none
    },
    async cancel() {
      await handle.cancel();
    },
  };
}

/** What the workflow says of its own failure: a cancelled one returns no details. */
async function failureOf(handle: WorkflowHandle): Promise<OperationFailure | undefined> {
  return handle.query<CloneOperation>(PROGRESS_QUERY).then(
    ({ failure }) => failure,
    () => undefined,
  );
}
