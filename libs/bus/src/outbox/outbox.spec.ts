import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox } from './outbox.js';

const SUBJECT = 'test.outbox';

describe('Outbox', () => {
  let directory: string;
  let outboxes: Outbox[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tollgate-outbox-'));
    outboxes = [];
  });
  afterEach(() => {
    for (const outbox of outboxes) outbox.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const open = (segmentBytes?: number): Outbox => {
    const outbox = Outbox.open({ directory, ...(segmentBytes === undefined ? {} : { segmentBytes }) });
    outboxes.push(outbox);
    return outbox;
  };
  const texts = (outbox: Outbox, count = 1000): unknown[] =>
    outbox.take(SUBJECT, count).map((entry): unknown => JSON.parse(entry.text ?? 'null'));
  const folders = (): string[] => readdirSync(directory);
  const files = (): string[] => folders().flatMap((folder) => readdirSync(join(directory, folder)));
  /** The folder of an owner that is gone, with these lines in it. */
  const deadFolder = (content: string): void => {
    const folder = join(directory, 'host~1~1~1~free');
    mkdirSync(folder);
    writeFileSync(join(folder, '00000001.log'), content);
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('has an event in its file when `record` resolves', async () => {
    const outbox = open();
    await outbox.record(SUBJECT, { id: 1, text: 'ä b\n' });
    const [folder] = folders();
    const [file] = files();
    const content = readFileSync(join(directory, folder ?? '', file ?? ''), 'utf8');
    expect(content).toBe('R1 test.outbox {"id":1,"text":"ä b\\n"}\n');
  });

  it('ignores a torn last line', () => {
    deadFolder(`R1 ${SUBJECT} {"id":1}\nR2 ${SUBJECT} {"id":`);
    expect(texts(open())).toEqual([{ id: 1 }]);
  });

  it('skips a line that a full disk cut in the middle', () => {
    deadFolder(`R1 ${SUBJECT} {"id":1}\nR2 ${SUBJECT} {"i\nR3 ${SUBJECT} {"id":3}\n`);
    expect(texts(open())).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('applies the patches of a draft in their order, spaces and all', () => {
    const lines = [
      `D7 ${SUBJECT} {"id":7,"a":"1 2","b":1}`,
      'P7 {"a":"3 4 5"}',
      'P7 {"b":2, "c": [1, 2]}',
      `D8 ${SUBJECT} {"id":8}`,
      'X8',
    ];
    deadFolder(`${lines.join('\n')}\n`);
    expect(texts(open())).toEqual([{ id: 7, a: '3 4 5', b: 2, c: [1, 2] }]);
  });

  it('keeps two owners of one directory apart, and takes over what one of them left', async () => {
    const first = open();
    await first.record(SUBJECT, { id: 1 });
    const second = open();
    expect(texts(second)).toEqual([]);
    first.close();
    const third = open();
    expect(texts(third)).toEqual([{ id: 1 }]);
    expect(texts(second)).toEqual([]);
  });

  it('leaves nothing behind when all is acknowledged', async () => {
    const outbox = open();
    await outbox.record(SUBJECT, { id: 1 });
    outbox.acknowledge(outbox.take(SUBJECT, 10));
    outbox.close();
    expect(folders()).toEqual([]);
  });

  it('does not deliver again after a restart what was acknowledged', async () => {
    const first = open();
    for (const id of [1, 2, 3]) await first.record(SUBJECT, { id });
    first.acknowledge(first.take(SUBJECT, 2));
    await turn();
    first.close();
    expect(texts(open())).toEqual([{ id: 3 }]);
  });

  it('deletes files that nobody needs', async () => {
    const outbox = open(1000);
    for (let id = 0; id < 500; id += 1) {
      await outbox.record(SUBJECT, { id, text: 'x'.repeat(50) });
      outbox.acknowledge(outbox.take(SUBJECT, 10));
    }
    await turn();
    expect(files().length).toBeLessThanOrEqual(2);
  });

  it('does not keep many files for one long draft', async () => {
    const outbox = open(1000);
    const draft = outbox.draft(SUBJECT, { id: 'long' }, { text: 'first' });
    draft.update({ text: 'second' });
    for (let id = 0; id < 500; id += 1) {
      await outbox.record(SUBJECT, { id, text: 'x'.repeat(50) });
      outbox.acknowledge(outbox.take(SUBJECT, 10));
    }
    await turn();
    expect(files().length).toBeLessThanOrEqual(5);
    outbox.close();
    expect(texts(open())).toEqual([{ id: 'long', text: 'second' }]);
  });

  it('reads back from the file what memory has no room for', async () => {
    const outbox = open();
    const text = 'ä'.repeat(250_000);
    for (let id = 0; id < 80; id += 1) void outbox.record(SUBJECT, { id, text });
    await outbox.record('other', {});
    const read = outbox.take(SUBJECT, 1000);
    expect(read.map((entry) => (JSON.parse(entry.text ?? '') as { id: number }).id)).toEqual(
      Array.from({ length: 80 }, (_, id) => id),
    );
    expect(JSON.parse(read.at(-1)?.text ?? '')).toEqual({ id: 79, text });
  });

  it('takes no more than fits', async () => {
    const outbox = open();
    for (let id = 0; id < 10; id += 1) await outbox.record(SUBJECT, { id, text: 'x'.repeat(100) });
    expect(outbox.take(SUBJECT, 100, 350)).toHaveLength(2);
    expect(outbox.take(SUBJECT, 1, 10)).toHaveLength(1);
    const taken = outbox.take(SUBJECT, 2);
    outbox.release(taken);
    expect(texts(outbox, 2)).toEqual(taken.map((entry): unknown => JSON.parse(entry.text ?? '')));
  });

  it('refuses an event that no message could carry', async () => {
    await expect(open().record(SUBJECT, 'x'.repeat(300_000))).rejects.toMatchObject({ code: 'internal' });
  });

  it('writes a draft that ends in its first turn once', async () => {
    const outbox = open();
    const draft = outbox.draft(SUBJECT, {}, { id: 1 });
    await draft.commit({ id: 2 });
    const [folder] = folders();
    expect(readFileSync(join(directory, folder ?? '', '00000001.log'), 'utf8')).toBe(
      'R1 test.outbox {"id":2}\n',
    );
  });

  it.each([
    [{ a: 1 }, { b: null }, { a: 1, b: null }],
    [{ a: 1, gone: undefined }, {}, { a: 1 }],
    [{}, {}, {}],
  ])('makes one event of what was known, %j, and what came, %j', async (known, state, event) => {
    const outbox = open();
    await outbox.draft(SUBJECT, known, state).commit(state);
    expect(texts(outbox)).toEqual([event]);
  });

  it('leaves the folder of a living process alone', () => {
    open();
    const [living] = folders();
    appendFileSync(join(directory, living ?? '', '00000001.log'), `R9 ${SUBJECT} {"id":9}\n`);
    expect(texts(open())).toEqual([]);
  });
});
