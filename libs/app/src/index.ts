export { AlertNotes, type AlertNote, type AlertNotesOptions } from './alerts/alert-notes.js';
export { bootstrap, type AppDefinition, type RunningApp } from './bootstrap.js';
export type { MasterKeyOrigin } from './master-key.js';
export { ownSecret, type OwnSecret } from './own-secret.js';
export { Readiness } from './readiness.js';
export { SIGNATURE_HEADER, signatureOf } from './signature.js';
export { PlatformModule, type Platform } from './platform.module.js';
export { ConfigKeeper } from './live/config-keeper.js';
export { StoredModels } from './live/stored-models.js';
