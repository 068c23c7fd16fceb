import type { ConfigInput } from '../../engine/environments/define-config.js';
import { suites } from './suites.js';

/** The sample company's configuration: one production database, and two environments made from it. */
export default {
  environments: {
    production: {
      type: 'production',
      envFile: '.env.production',
      description: 'What guests and staff use; only ever read',
    },
    test: { type: 'test', envFile: '.env.test', description: 'Rebuilt every week for the developers' },
    training: { type: 'training', envFile: '.env.training', description: 'Where new staff learn' },
  },
  systems: {
    audit: ['audit.*'],
    conversations: ['public.conversations', 'public.conversation_participants', 'public.messages'],
    reservations: ['public.reservations', 'public.payments', 'public.payments_*'],
    notifications: ['public.notifications'],
  },
  testSuites: suites,
} satisfies ConfigInput;
