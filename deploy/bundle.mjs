// Makes in dist/ what a start is quick with: the apps' modules joined into a few files (Node reads some three thousand one by
// one otherwise, which takes it more than a second), and a new database that is copied (making one takes five seconds).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
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
 */
export async function bundle(root, fingerprint) {
  const dist = join(root, 'dist');
  await mkdir(dist, { recursive: true });
  await joinModules(root, dist, fingerprint);
  await makeDatabase(root, dist);
}

/**
 * Whether `bundle` would find nothing to do.
 * @param {string} root
 * @param {string} fingerprint
 */
export async function isBundled(root, fingerprint) {
  const dist = join(root, 'dist');
  return (await isJoined(dist, fingerprint)) && (await isMade(dist, await pgliteVersion(root)));
}

const isJoined = async (dist, fingerprint) =>
  (await read(dist, FINGERPRINT)) === fingerprint &&
  [...APPS, ...THREADS].every((name) => existsSync(join(dist, `${name}.js`)));
const isMade = async (dist, version) =>
  (await read(dist, DATABASE_VERSION)) === version && existsSync(join(dist, DATABASE));

async function joinModules(root, dist, fingerprint) {
  if (await isJoined(dist, fingerprint)) return;
  const done = telling('joining the modules of each app');
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
  done();
}

/** Libraries ask for some others only in case they are there; what the project itself imports has to be. */
function refuseUnresolved(level, log, report) {
  if (log.code !== 'UNRESOLVED_IMPORT') report(level, log);
  else if (!log.id.includes('node_modules')) throw new Error(log.message);
}

const pgliteVersion = async (root) =>
  JSON.parse(await readFile(join(root, 'libs/database/package.json'), 'utf8')).dependencies[
    '@electric-sql/pglite'
  ];

async function makeDatabase(root, dist) {
  const version = await pgliteVersion(root);
  if (await isMade(dist, version)) return;
  const done = telling('making the database that first starts copy');
  // What makes the remains of a build that was killed may be at it still.
  const remains = (await readdir(dist)).filter((name) => /^database(\.new-\d+)?$/.test(name));
  for (const name of remains)
    await rm(join(dist, name), { recursive: true, force: true }).catch(() => undefined);
  const folder = join(dist, `${DATABASE}.new-${process.pid}`);
  const create = join(root, 'libs/database/dist/embedded/pglite-create.js');
  await promisify(execFile)(process.execPath, [create, folder]);
  // Whoever may run the apps may copy it: nothing in it is secret yet.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  await chmod(folder, 0o755);
  await rename(folder, join(dist, DATABASE));
  await writeFile(join(dist, DATABASE_VERSION), version);
  done();
}

/** Says what takes some seconds, and how long it took. */
function telling(what) {
  const started = Date.now();
  process.stderr.write(`${what} …\n`);
  return () => process.stderr.write(`${what}: ${Date.now() - started} ms\n`);
}

const read = (dist, name) => readFile(join(dist, name), 'utf8').catch(() => '');
