import { RESOURCE_FAULTS } from './catalog/resources.js';
import { meetFaults } from './world/meet-faults.js';

meetFaults('resources', RESOURCE_FAULTS);
