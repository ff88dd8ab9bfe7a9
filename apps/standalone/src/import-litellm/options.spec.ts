import { resolve } from 'node:path';
import { readImportOptions } from './options.js';

const SOURCE = 'postgresql://user:secret@db/litellm?schema=public';

describe('the options of an import', () => {
  it('are read from flags, and from variables where those say nothing', () => {
    expect(
      readImportOptions(['--database-url', SOURCE, '--data', 'there', '--dry-run'], {
        LITELLM_SALT_KEY: 'salt',
        DATABASE_URL: 'postgres://other/tollgate',
      }),
    ).toEqual({
      ...{ sourceUrl: SOURCE, target: { dataDirectory: resolve('there') }, saltKey: 'salt' },
      ...{ configFile: null, dryRun: true },
    });
    const url = 'postgres://other/tollgate';
    expect(readImportOptions([], { LITELLM_DATABASE_URL: SOURCE, DATABASE_URL: url }).target).toEqual({
      url,
    });
  });

  it.each([
    [[], {}, '--database-url is missing'],
    [['--database-url', 'mysql://host/secret'], {}, 'must be a URL that starts with postgres://'],
    [['--database-url', SOURCE, '--datas', 'x'], {}, '--datas'],
    // Many users of LiteLLM have DATABASE_URL set, to LiteLLM's own.
    [['--database-url', SOURCE], { DATABASE_URL: 'postgres://me:secret@db:5432/litellm' }, "LiteLLM's own"],
  ])('are refused: %j %j', (argv, variables, problem) => {
    const read = (): unknown => readImportOptions(argv, variables);
    expect(read).toThrow(problem);
    expect(read).not.toThrow('secret');
  });
});
