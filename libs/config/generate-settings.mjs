// Writes SETTINGS.md from the table of settings. Run `npm run build` first.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { settingsReference } from './dist/settings-reference.js';

const target = fileURLToPath(new URL('SETTINGS.md', import.meta.url));
await writeFile(target, await format(settingsReference(), { parser: 'markdown', printWidth: 110 }));
