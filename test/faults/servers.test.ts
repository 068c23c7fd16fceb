import { SERVER_FAULTS } from './catalog/servers.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('servers', SERVER_FAULTS);
