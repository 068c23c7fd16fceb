import { NEIGHBOUR_FAULTS } from './catalog/neighbours.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('neighbours', NEIGHBOUR_FAULTS);
