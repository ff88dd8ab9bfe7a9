import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  watch as fsWatch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileWatch, type FileWatchOptions } from './file-watch.js';

describe('FileWatch', () => {
  let home: string;
  let folder: string;
  let path: string;
  let watch: FileWatch | undefined;
  let count: number;
  let next: () => void;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'tollgate-watch-'));
    folder = join(home, 'config');
    path = join(folder, 'tollgate.yaml');
    mkdirSync(folder);
    writeFileSync(path, 'one');
    count = 0;
    next = () => undefined;
  });

  afterEach(() => {
    watch?.close();
    rmSync(home, { recursive: true });
  });

  const start = (options: FileWatchOptions): Promise<void> => {
    watch = new FileWatch(() => {
      count += 1;
      next();
    }, options);
    return watch.watch([path]);
  };
  const changed = (): Promise<void> => new Promise((resolve) => (next = resolve));

  it('that is closed while it begins watches nothing', async () => {
    let watched = 0;
    const started = start({
      watchFolder: () => {
        watched += 1;
        return fsWatch(folder, { persistent: false });
      },
    });
    watch?.close();
    await started;
    expect(watched).toBe(0);
  });

  const SILENT: FileWatchOptions = {
    settleMs: 0,
    pollMs: 10,
    watchFolder: () => {
      throw new Error('no watches left');
    },
  };

  it.each([
    ['written', () => writeFileSync(path, 'two')],
    ['written with the same size', () => writeFileSync(path, 'eno')],
    ['gone', () => rmSync(path)],
    [
      'replaced',
      () => {
        writeFileSync(`${path}.new`, 'two');
        renameSync(`${path}.new`, path);
      },
    ],
  ])('notices a file that is %s where the system tells nothing', async (_what, change) => {
    await start(SILENT);
    const told = changed();
    change();
    await told;
  });

  it('notices a file in a folder that was put in the place of the watched one', async () => {
    await start({ settleMs: 0, pollMs: 10 });
    const gone = changed();
    rmSync(folder, { recursive: true });
    await gone;
    mkdirSync(folder);
    writeFileSync(path, 'two');
    await changed();
    // The new folder is watched in turn: no look at the files is needed.
    appendFileSync(path, 'three');
    await changed();
  });

  it('tells once of what happens in a row', async () => {
    await start({ settleMs: 100, pollMs: 1_000_000 });
    const told = changed();
    for (const text of ['a', 'ab', 'abc']) writeFileSync(path, text);
    await told;
    expect(count).toBe(1);
  });

  it('tells of a file that is written without end', async () => {
    await start({ settleMs: 10_000, pollMs: 1_000_000 });
    const writing = setInterval(() => appendFileSync(path, '.'), 20);
    await changed();
    clearInterval(writing);
  });

  it('is quiet when it is closed', async () => {
    await start({ settleMs: 1, pollMs: 1 });
    watch?.close();
    writeFileSync(path, 'two');
    const other = new FileWatch(next, {});
    await other.watch([path]);
    other.close();
    expect(count).toBe(0);
  });
});
