// Compiles every project's src/ to dist/ with swc. Files that are up to date are left alone, so a second `npm start` costs nothing.
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

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

async function outdated(project) {
  const source = join(project, 'src');
  const entries = await readdir(source, { recursive: true }).catch(() => []);
  const pairs = entries.filter(isSource).map((file) => ({
    from: join(source, file),
    to: join(project, 'dist', file.replace(/\.ts$/, '.js')),
  }));
  const stale = [];
  for (const { from, to } of pairs) {
    const at = await modified(from);
    if (at !== (await modified(to))) stale.push({ from, to, at });
  }
  await removeOrphans(join(project, 'dist'), new Set(pairs.map(({ to }) => to)));
  return stale;
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

const stale = (await Promise.all((await projects()).map(outdated))).flat();
if (stale.length > 0) {
  const started = Date.now();
  const { default: swc } = await import('@swc/core');
  await Promise.all(stale.map((pair) => compile(swc, pair)));
  process.stderr.write(`built ${stale.length} files in ${Date.now() - started} ms\n`);
}
