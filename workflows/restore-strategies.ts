import type { RestorePointRef } from '../contracts/artifacts.js';
import type { PlannedRestorePoint, PlanSummary } from '../contracts/plan.js';
import { besideGrant, type CloneGrant, type PlannedStage } from '../contracts/stages.js';
import type { Operation } from './operation.js';
import { ddl, undoing } from './policies.js';
import type { Recovery } from './recovery.js';
import type { Compensation } from './saga.js';

/** How one clone can be undone, and what follows from it for where it is built. */
export interface RestoreStrategy {
  /** Of the database that the clone is built in. */
  stage: PlannedStage;
  /** What the operation leaves, once it has ended well. */
  point: RestorePointRef | null;
  /** Before anything is touched: makes the way back, or makes sure that there will be one. */
  prepare(undo: Compensation[]): Promise<void>;
  /** Undoes what building does. */
  unbuild: Compensation;
  /** Once the clone is proven: lets it be the target, unless it was built in it. */
  takeOver(input: TakeOverInput): Promise<void>;
}

interface TakeOverInput {
  undo: Compensation[];
  operation: Operation;
  recovery: Recovery;
}

export function restoreStrategy({ grant, plan }: { grant: CloneGrant; plan: PlanSummary }): RestoreStrategy {
  return STRATEGIES[plan.restorePoint ?? 'archive']({ grant, plan: plan.plan });
}

const STRATEGIES: Record<PlannedRestorePoint, (stage: PlannedStage) => RestoreStrategy> = {
  archive,
  'drop database': archive,
  swap,
  none,
};

/** The target is kept in the artifact store, then rebuilt in place. */
function archive(stage: PlannedStage): RestoreStrategy {
  const { grant } = stage;
  const point = { environment: grant.target, id: grant.operation };
  return {
    stage,
    point,
    async prepare(undo) {
      undo.push({
        name: 'delete the restore point',
        undoes: 'store',
        run: () => undoing.discardRestorePoint({ grant, point }),
      });
      await ddl.createRestorePoint({ grant, point });
    },
    unbuild: {
      name: `restore ${grant.target}`,
      undoes: 'target',
      run: () => undoing.restoreTarget({ grant, point }),
    },
    takeOver: async () => {},
  };
}

/** The clone is built beside the target, which is not touched before the clone takes its name. */
function swap(stage: PlannedStage): RestoreStrategy {
  const { grant } = stage;
  return {
    stage: { ...stage, grant: besideGrant(grant) },
    point: { environment: grant.target, id: grant.operation },
    prepare: () => ddl.prepareSwap({ grant }),
    unbuild: {
      name: 'drop the database built',
      undoes: 'store',
      run: () => undoing.dropBuilding({ grant }),
    },
    async takeOver({ undo, operation, recovery }) {
      const giveBack: Compensation = {
        name: `give ${grant.target} its database back`,
        undoes: 'target',
        run: () => undoing.unswapTarget({ grant }),
      };
      await operation.enter('swap');
      await recovery.step(async () => {
        if (!undo.includes(giveBack)) undo.push(giveBack);
        await ddl.swapTarget({ grant });
      });
    },
  };
}

/** As the target's configuration says: it is rebuilt in place, and what fails stays as it is. */
function none(stage: PlannedStage): RestoreStrategy {
  return {
    stage,
    point: null,
    prepare: async () => {},
    unbuild: {
      name: `leave ${stage.grant.target} as it is: there is no restore point`,
      undoes: 'nothing',
      run: async () => {},
    },
    takeOver: async () => {},
  };
}
