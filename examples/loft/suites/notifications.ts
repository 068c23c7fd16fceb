import { setTimeout as sleep } from 'node:timers/promises';
import type { TestSession, TestSuite } from '../../../contracts/test-suites.js';
import { expectThat } from './expectations.js';
import { addConversation, addProfile } from './people.js';

const LONGEST_WAIT_MS = 5_000;
const POLL_MS = 20;

export const notificationsSuite: TestSuite = {
  name: 'notifications',
  runInParallel: false,
  tests: [
    {
      name: 'a message raises a notification that a listener receives',
      type: 'functionality',
      timeout: 20_000,
      retries: 1,
      async execute({ session, connect }) {
        await using listener = await connect();
        const heard: string[] = [];
        listener.onNotification((_channel, payload) => heard.push(payload));
        await listener.query('listen notifications');
        const written = await session.transaction(async () => {
          const people: [string, string] = [await addProfile(session), await addProfile(session)];
          return { people, conversation: await addConversation(session, people) };
        });
        try {
          await waitFor(listener, () => heard.some((payload) => payload.includes(written.people[1])));
        } finally {
          await remove(session, written);
        }
      },
    },
  ],
};

async function waitFor(listener: TestSession, hasHappened: () => boolean): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (!hasHappened() && performance.now() < deadline) {
    await sleep(POLL_MS);
    await listener.query('select'); // the server delivers between statements
  }
  expectThat(hasHappened(), `no notification arrived within ${LONGEST_WAIT_MS} ms`);
}

/** A notification is sent by a commit, so these rows were really there. */
async function remove(
  session: TestSession,
  { people, conversation }: { people: string[]; conversation: string },
): Promise<void> {
  await session.transaction(async () => {
    await session.query('delete from public.conversations where id = $1', [conversation]);
    await session.query('delete from auth.users where id = any($1::uuid[])', [people]);
    await session.query('delete from audit.audit_logs where record_id = any($1)', [people]);
  });
}
