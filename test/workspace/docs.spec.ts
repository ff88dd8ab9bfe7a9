import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ERRORS } from '@tollgate/contracts';

const readme = readFileSync('README.md', 'utf8');

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
