export { assembleRouter, type RouterAssembly } from './assemble-router.js';
export { RouterModule } from './router.module.js';
