/** What a lane works with: a session, or several. */
export interface LaneSession extends AsyncDisposable {
  /** Stops what it is running. Never throws. */
  cancel(): Promise<void>;
}

export interface LanesInput<Own extends LaneSession, Task> {
  tasks: readonly Task[];
  /** The first lane's. */
  session: Own;
  /** Opens a session for one more lane. */
  connect(): Promise<Own>;
  /** How many lanes at most; never more than tasks. */
  lanes: number;
  work(session: Own, task: Task): Promise<void>;
}

/** Works on tasks in their order, on several sessions at once. The first failure cancels what the others are doing, and is thrown when they have stopped. */
export async function inLanes<Own extends LaneSession, Task>({
  tasks,
  session,
  connect,
  lanes,
  work,
}: LanesInput<Own, Task>): Promise<void> {
  const waiting = [...tasks];
  const sessions: Own[] = [];
  const failures: unknown[] = [];

  async function lane(own: Own): Promise<void> {
    sessions.push(own);
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await work(own, task);
  }

  async function anotherLane(): Promise<void> {
    await using own = await connect();
    await lane(own);
  }

  async function stop(failure: unknown): Promise<void> {
    failures.push(failure);
    waiting.length = 0;
    if (failures.length === 1) await Promise.all(sessions.map((each) => each.cancel()));
  }

  const more = Math.max(0, Math.min(lanes, tasks.length) - 1);
  await Promise.all([lane(session), ...Array.from({ length: more }, anotherLane)].map((each) => each.catch(stop)));
  if (failures.length > 0) throw failures[0];
}
