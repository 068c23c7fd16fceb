import type { TestSuite } from '../../contracts/test-suites.js';
import { accessSuite } from './suites/access.js';
import { auditSuite } from './suites/audit.js';
import { notificationsSuite } from './suites/notifications.js';
import { outboundSuite } from './suites/outbound.js';
import { platformSuite } from './suites/platform.js';
import { reservationsSuite } from './suites/reservations.js';

/** What must work in a clone of the sample, whatever was left out of it: each test brings the rows it needs, and takes them away. */
export const suites: TestSuite[] = [
  platformSuite,
  auditSuite,
  reservationsSuite,
  accessSuite,
  notificationsSuite,
  outboundSuite,
];
