import { CancellationScope, condition, defineSignal, setHandler } from '@temporalio/workflow';
import type { HeldSnapshot, HoldSnapshotInput, TargetGrant } from '../contracts/stages.js';
import { SNAPSHOT_HELD_SIGNAL, TARGET_HELD_SIGNAL } from '../contracts/workflows.js';
import { locking, snapshotting } from './policies.js';

export const targetHeldSignal = defineSignal(TARGET_HELD_SIGNAL);
export const snapshotHeldSignal = defineSignal<[HeldSnapshot]>(SNAPSHOT_HELD_SIGNAL);

export interface Held {
  /** @throws what ended the holding before `release` */
  check(): void;
  isLost(): boolean;
  release(): Promise<void>;
}

export interface HeldTarget extends Held {
  /** Takes the lock again where it was lost. @throws what keeps it from being taken */
  renew(): Promise<void>;
}

export interface Holders {
  /** The target's lock; two operations cannot have it. */
  target(grant: TargetGrant): Promise<HeldTarget>;
  /** A snapshot of the source under a new epoch. */
  snapshot(input: HoldSnapshotInput): Promise<{ held: HeldSnapshot; holder: Held }>;
  releaseAll(): Promise<void>;
}

/** What the operation holds while it runs, each by an activity of its own that signals when it has it. */
export function trackHolders(): Holders {
  const started: Held[] = [];
  let targetIsHeld = false;
  let snapshot: HeldSnapshot | undefined;
  setHandler(targetHeldSignal, () => {
    targetIsHeld = true;
  });
  setHandler(snapshotHeldSignal, (held) => {
    snapshot = held;
  });

  return {
    async target(grant) {
      const take = () => {
        targetIsHeld = false;
        return hold(
          () => locking.holdTarget(grant),
          () => targetIsHeld,
          started,
        );
      };
      let held = await take();
      return {
        check: () => held.check(),
        isLost: () => held.isLost(),
        release: () => held.release(),
        async renew() {
          if (held.isLost()) held = await take();
        },
      };
    },
    async snapshot(input) {
      const holder = await hold(
        () => snapshotting.holdSnapshot(input),
        () => snapshot?.epoch === input.epoch,
        started,
      );
      return { held: { epoch: input.epoch, snapshot: snapshot?.snapshot ?? '' }, holder };
    },
    async releaseAll() {
      await CancellationScope.nonCancellable(async () => {
        for (const held of started.splice(0).reverse()) await held.release();
      });
    },
  };
}

/**
 * Cancelling the workflow does not release what is held: the undo still needs it. Cancelled while it waits, it gives up what it waits for
 * first: an activity that gets there later would work on a target that the undo has put back.
 */
async function hold(activity: () => Promise<void>, isReady: () => boolean, started: Held[]): Promise<Held> {
  let ended: { error: unknown } | undefined;
  let scope: CancellationScope | undefined;
  const done = CancellationScope.nonCancellable(async () => {
    scope = new CancellationScope({ cancellable: true });
    await scope.run(activity).catch((error: unknown) => {
      ended = { error };
    });
  });
  const held: Held = {
    check() {
      if (ended) throw ended.error;
    },
    isLost: () => ended !== undefined,
    async release() {
      scope?.cancel();
      await done;
    },
  };
  started.push(held);
  try {
    await condition(() => isReady() || ended !== undefined);
  } catch (cancelled) {
    await CancellationScope.nonCancellable(held.release);
    throw cancelled;
  }
  held.check();
  return held;
}
