import { createFolder } from './pglite-server.js';

/** Entry of the short-lived process that makes a new database folder: `node pglite-create.js <folder>`. */
await createFolder(process.argv[2] ?? '');
