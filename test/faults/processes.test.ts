import { PROCESS_FAULTS } from './catalog/processes.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('processes', PROCESS_FAULTS);
