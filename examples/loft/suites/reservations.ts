import type { TestSuite } from '../../../contracts/test-suites.js';
import { expectRefusal, expectThat, rolledBack } from './expectations.js';
import { addLoftAndGuest, INSERT_RESERVATION } from './people.js';

const EXCLUSION_VIOLATION = '23P01';

export const reservationsSuite: TestSuite = {
  name: 'reservations',
  runInParallel: true,
  tests: [
    {
      name: 'a loft cannot be booked twice for one night',
      type: 'data_integrity',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const { loft, guest } = await addLoftAndGuest(session);
          await session.query(INSERT_RESERVATION, [loft, guest, '2040-05-01', '2040-05-04', 'confirmed']);
          await expectRefusal(session, {
            sql: INSERT_RESERVATION,
            values: [loft, guest, '2040-05-03', '2040-05-06', 'confirmed'],
            sqlstate: EXCLUSION_VIOLATION,
            otherwise: 'two reservations of one loft overlap',
          });
        });
      },
    },
    {
      name: 'nights that somebody cancelled can be booked again',
      type: 'functionality',
      timeout: 10_000,
      retries: 1,
      async execute({ session }) {
        await rolledBack(session, async () => {
          const { loft, guest } = await addLoftAndGuest(session);
          await session.query(INSERT_RESERVATION, [loft, guest, '2040-05-01', '2040-05-04', 'cancelled']);
          const { nights } = await session.one<{ nights: number }>(INSERT_RESERVATION, [
            loft,
            guest,
            '2040-05-01',
            '2040-05-04',
            'confirmed',
          ]);
          expectThat(nights === 3, 'the number of nights is not computed');
        });
      },
    },
  ],
};
