// Compiles every project's src/ to its dist/ with swc, and joins each app to dist/<app>.js. What is up to date is left alone,
// so a second `npm start` costs nothing.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './alone.mjs';
import { bundle, isBundled } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isSource = (file) => file.endsWith('.ts') && !/\.(spec|d)\.ts$/.test(file);
/** Whole milliseconds: what `utimes` sets is no finer. */
const modified = async (file) => Math.round((await stat(file).catch(() => undefined))?.mtimeMs ?? 0);

const projects = async () =>
  (
    await Promise.all(
      ['apps', 'libs'].map(async (group) =>
        (await readdir(join(root, group))).map((name) => join(root, group, name)),
      ),
    )
  ).flat();

/** Every source of a project with its output, when the source was modified, and whether the output is older or newer. */
async function filesOf(project) {
  const source = join(project, 'src');
  const entries = await readdir(source, { recursive: true }).catch(() => []);
  const files = [];
  for (const file of entries.filter(isSource).sort()) {
    const from = join(source, file);
    const to = join(project, 'dist', file.replace(/\.ts$/, '.js'));
    const at = await modified(from);
    files.push({ from, to, at, isStale: at !== (await modified(to)) });
  }
  await removeOrphans(join(project, 'dist'), new Set(files.map(({ to }) => to)));
  return files;
}

async function removeOrphans(dist, wanted) {
  const built = await readdir(dist, { recursive: true }).catch(() => []);
  const orphans = built
    .map((file) => join(dist, file))
    .filter((file) => file.endsWith('.js') && !wanted.has(file));
  for (const file of orphans) await rm(file);
}

async function compile(swc, { from, to, at }) {
  const { code, map } = await swc.transformFile(from, {
    swcrc: true,
    cwd: root,
    configFile: join(root, '.swcrc'),
    sourceFileName: relative(dirname(to), from).split(sep).join('/'),
  });
  await mkdir(dirname(to), { recursive: true });
  await writeFile(`${to}.map`, map);
  await writeFile(to, `${code}\n//# sourceMappingURL=${to.split(sep).at(-1)}.map\n`);
  // A source that is written while it is compiled has another time by then, and is compiled again.
  await utimes(to, at / 1000, at / 1000);
}

/** The outputs that are out of date, and what tells whether anything has changed since the modules were joined. */
async function look() {
  const files = (await Promise.all((await projects()).map(filesOf))).flat();
  const others = ['deploy/bundle.mjs', 'package-lock.json'].map((name) => join(root, name));
  const inputs = [
    ...files.map(({ from, at }) => `${relative(root, from)} ${at}`),
    ...(await Promise.all(others.map(modified))),
  ];
  const fingerprint = createHash('sha256').update(inputs.join('\n')).digest('hex');
  return { stale: files.filter(({ isStale }) => isStale), fingerprint };
}

async function build() {
  const { stale, fingerprint } = await look();
  if (stale.length > 0) {
    const started = Date.now();
    const { default: swc } = await import('@swc/core');
    await Promise.all(stale.map((file) => compile(swc, file)));
    process.stderr.write(`built ${stale.length} files in ${Date.now() - started} ms\n`);
  }
  await bundle(root, fingerprint);
}

const { stale, fingerprint } = await look();
if (stale.length > 0 || !(await isBundled(root, fingerprint))) await alone(build);
