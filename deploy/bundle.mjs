// Makes in dist/ what a start is quick with: the apps' modules joined into a few files (Node reads some three thousand one by
// one otherwise, which takes it more than a second), and a new database that is copied (making one takes five seconds).
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const APPS = ['standalone', 'ingress', 'router', 'worker', 'billing'];
/** Start in threads and processes of their own, and are found beside the file that starts them. */
const THREADS = ['pglite-worker', 'pglite-create'];
/** PGlite reads files that lie beside its own modules; Fastify's compilers are never asked for. */
const EXTERNAL = [/^@electric-sql\//, /^@fastify\/\S+-compiler$/];

const DATABASE = 'database';
const FINGERPRINT = 'fingerprint';
const DATABASE_VERSION = 'database-version';

/**
 * Writes `dist/<app>.js` for every app, with the parts that they share or load later beside them, and `dist/database`.
 * What is as it would be made is left alone.
 * @param {string} root the top of the checkout, compiled
 * @param {string} fingerprint of all that goes into the files
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function bundle(root, fingerprint) {
  const dist = join(root, 'dist');
  await mkdir(dist, { recursive: true });
  const made = await Promise.all([joinModules(root, dist, fingerprint), makeDatabase(root, dist)]);
  return made.includes(true);
}

async function joinModules(root, dist, fingerprint) {
  if ((await read(dist, FINGERPRINT)) === fingerprint) return false;
  // Files read at once. By itself it starts so many threads that on two cores they are in each other's way for seconds.
  process.env.ROLLDOWN_MAX_BLOCKING_THREADS ??= '4';
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: {
      ...Object.fromEntries(APPS.map((name) => [name, `apps/${name}/dist/main.js`])),
      ...Object.fromEntries(THREADS.map((name) => [name, `libs/database/dist/embedded/${name}.js`])),
    },
    platform: 'node',
    external: EXTERNAL,
    onLog: refuseUnresolved,
  });
  // The order that modules have without a bundle: reflect-metadata comes before what needs it.
  const { output } = await build.write({ dir: dist, format: 'esm', strictExecutionOrder: true });
  await build.close();
  const written = new Set(output.map(({ fileName }) => fileName));
  const others = (await readdir(dist)).filter((name) => name.endsWith('.js') && !written.has(name));
  for (const name of others) await rm(join(dist, name));
  await writeFile(join(dist, FINGERPRINT), fingerprint);
  return true;
}

/** Libraries ask for some others only in case they are there; what the project itself imports has to be. */
function refuseUnresolved(level, log, report) {
  if (log.code !== 'UNRESOLVED_IMPORT') report(level, log);
  else if (!log.id.includes('node_modules')) throw new Error(log.message);
}

async function makeDatabase(root, dist) {
  const library = join(root, 'libs/database');
  const version = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')).dependencies[
    '@electric-sql/pglite'
  ];
  if ((await read(dist, DATABASE_VERSION)) === version) return false;
  await rm(join(dist, DATABASE), { recursive: true, force: true });
  const folder = join(dist, `${DATABASE}.new`);
  await rm(folder, { recursive: true, force: true });
  await promisify(execFile)(process.execPath, [join(library, 'dist/embedded/pglite-create.js'), folder]);
  // Whoever may run the apps may copy it: nothing in it is secret yet.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o644);
  await rename(folder, join(dist, DATABASE));
  await writeFile(join(dist, DATABASE_VERSION), version);
  return true;
}

const read = (dist, name) => readFile(join(dist, name), 'utf8').catch(() => '');
