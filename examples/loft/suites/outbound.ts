import type { TestSuite } from '../../../contracts/test-suites.js';
import { expectThat, rolledBack } from './expectations.js';
import { addLoftAndGuest, INSERT_RESERVATION } from './people.js';

export const outboundSuite: TestSuite = {
  name: 'outbound',
  runInParallel: true,
  tests: [
    {
      name: 'a reservation calls no webhook',
      type: 'functionality',
      timeout: 10_000,
      retries: 0,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const { loft, guest } = await addLoftAndGuest(session);
          const before = await session.one<{ calls: string }>('select count(*) as calls from net.calls');
          await session.query(INSERT_RESERVATION, [loft, guest, '2040-06-01', '2040-06-02', 'confirmed']);
          const after = await session.one<{ calls: string }>('select count(*) as calls from net.calls');
          expectThat(after.calls === before.calls, 'the insert of a reservation called a webhook');
        });
      },
    },
  ],
};
