import { PEOPLE_FAULTS } from './catalog/people.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('people', PEOPLE_FAULTS);
