import { NETWORK_FAULTS } from './catalog/networks.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('networks', NETWORK_FAULTS);
