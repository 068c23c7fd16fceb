import type { Fault } from '../world/run-fault.js';
import { NEIGHBOUR_FAULTS } from './neighbours.js';
import { NETWORK_FAULTS } from './networks.js';
import { PEOPLE_FAULTS } from './people.js';
import { PROCESS_FAULTS } from './processes.js';
import { RESOURCE_FAULTS } from './resources.js';
import { SERVER_FAULTS } from './servers.js';

/** All of them. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...SERVER_FAULTS,
  ...NETWORK_FAULTS,
  ...RESOURCE_FAULTS,
  ...NEIGHBOUR_FAULTS,
  ...PEOPLE_FAULTS,
];
