import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ERRORS } from '@tollgate/contracts';

const readme = readFileSync('README.md', 'utf8');

/** `/team/*` for all routes of teams, of whatever version. */
const familyOf = (path: string): string => `/${path.replace(/^\/v\d+(?=\/)/, '').split('/')[1] ?? ''}/*`;

/** The first path of every handler of a controller's text, as the README writes it. */
function pathsOf(source: string): string[] {
  const [, prefix = ''] = /@Controller\(\[?'([^']*)'/.exec(source) ?? [];
  const handlers = source.matchAll(/@(?:Get|Post|Put|Patch|Delete)\((?:\[\s*)?(?:'([^']*)')?/g);
  return [...handlers]
    .map(([, path = '']) => `/${[prefix, path].filter((part) => part !== '').join('/')}`)
    .filter((path) => path !== '/')
    .map((path) => path.replace(/:(\w+)|\*/g, (_all, name: string | undefined) => `{${name ?? 'model'}}`));
}

describe('documents', () => {
  it("lists exactly the catalogue's errors, with their statuses, in the README", () => {
    const listed = [...readme.matchAll(/^\| `(\w+)`\s+\| (\d+)\s+\|/gm)].map(
      ([, code, status]) => `${code!} ${status!}`,
    );
    expect(listed).toEqual(Object.entries(ERRORS).map(([code, { status }]) => `${code} ${String(status)}`));
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm run ([a-z-]+)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('lists every endpoint in the README', () => {
    const files = readdirSync('apps/ingress/src', { recursive: true, encoding: 'utf8' });
    const paths = files
      .filter((file) => file.endsWith('.controller.ts'))
      .flatMap((file) => pathsOf(readFileSync(`apps/ingress/src/${file}`, 'utf8')));
    expect(paths).toContain('/model/{id}/update');
    const listed = readme.slice(readme.indexOf('## Endpoints'), readme.indexOf('## Errors'));
    const named = new Set([...listed.matchAll(/`(?:[A-Z]+ )?(\/[^`]*)`/g)].map(([, path]) => path));
    expect(paths.filter((path) => !named.has(path) && !named.has(familyOf(path)))).toEqual([]);
  });

  it('gives every project a README of a screen or less', () => {
    const projects = ['apps', 'libs'].flatMap((group) =>
      readdirSync(group).map((name) => `${group}/${name}`),
    );
    const lines = projects.map((project) => {
      const file = `${project}/README.md`;
      return { project, lines: existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0 };
    });
    expect(lines.filter((row) => row.lines === 0 || row.lines > 80)).toEqual([]);
  });
});
