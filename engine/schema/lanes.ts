import type { Session } from '../postgres/session.js';

export interface LanesInput<Task> {
  tasks: readonly Task[];
  /** The first lane's. */
  session: Session;
  /** Opens a session for one more lane. */
  connect(): Promise<Session>;
  /** How many lanes at most; never more than tasks. */
  lanes: number;
  work(session: Session, task: Task): Promise<void>;
}

/** Works on tasks in their order, on several sessions at once. The first failure cancels what the others are doing, and is thrown when they have stopped. */
export async function inLanes<Task>({ tasks, session, connect, lanes, work }: LanesInput<Task>): Promise<void> {
  const waiting = [...tasks];
  const sessions: Session[] = [];
  const failures: unknown[] = [];

  async function lane(own: Session): Promise<void> {
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
