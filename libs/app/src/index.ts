export { bootstrap, type AppDefinition, type RunningApp } from './bootstrap.js';
export { Readiness } from './readiness.js';
export { PlatformModule, type Platform } from './platform.module.js';
