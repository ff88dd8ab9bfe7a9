export { openDatabase, type Database, type DatabaseSchema, type DatabaseTarget } from './database.js';
export { guardDatabase, isDatabaseAway, violatedConstraint } from './database-errors.js';
export { ForeignDatabase, quotedName } from './foreign-database.js';
export { safeInteger, safeIntegerOrNull, toSafeInteger } from './safe-integer.js';
export { queryPrepared, type PreparedStatement } from './query-prepared.js';
