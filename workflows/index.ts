export { cloneEnvironment } from './clone-environment.js';
export { copyUnits } from './copy-units.js';
export { recoverEnvironment } from './recover-environment.js';
export { rollbackEnvironment } from './rollback-environment.js';
export { validateEnvironment } from './validate-environment.js';
