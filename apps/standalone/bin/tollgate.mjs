#!/usr/bin/env node
// In a checkout what changed is compiled first, as by `npm start`; an image has no compiler and is compiled.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../../../node_modules/@swc/core', import.meta.url)))
  await import('../../../deploy/build.mjs');
await import('../dist/tollgate.js');
