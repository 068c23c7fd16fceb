export { cloneEnvironment } from './clone-environment.js';
export { copyUnits } from './copy-units.js';
export { rollbackEnvironment } from './rollback-environment.js';
export { validateEnvironment } from './validate-environment.js';
