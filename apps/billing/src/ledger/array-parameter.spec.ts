import { arrayParameter, type ElementType } from './array-parameter.js';
import { onBothDatabases, type Stage } from './_stage.js';

function suite(stage: Stage): void {
  /** What Postgres makes of a column, as text. */
  async function read(type: ElementType, values: readonly unknown[]): Promise<(string | null)[]> {
    const rows = await stage.database.dataSource.query<{ value: string | null }[]>(
      `select value::text as value from unnest($1::${type === 'text[]' ? 'text' : type}[]) as value`,
      [arrayParameter(type, values)],
    );
    return rows.map(({ value }) => value);
  }

  it.each<[ElementType, readonly unknown[]]>([
    ['text', ['', 'NULL', 'a "quoted" \\ {text}', 'drei Äpfel, \ud83c\udf4e']],
    ['json', ['{"a": [1, "\\"x\\""]}', 'null']],
    ['bigint', [0, -1, 2 ** 32, -(2 ** 32) - 7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    ['bigint', [2n ** 63n - 1n, -(2n ** 63n)]],
    ['smallint', [1, 24]],
    ['boolean', [true, false]],
    ['uuid', ['00112233-4455-6677-8899-aabbccddeeff']],
  ])('sends values of %s, and nulls among them', async (type, values) => {
    expect(await read(type, [null, ...values, undefined])).toEqual([null, ...values.map(String), null]);
  });

  it('is null when every value is', () => {
    expect(arrayParameter('text', [null, undefined])).toBeNull();
    expect(arrayParameter('bigint', [])).toBeNull();
  });

  it.each([1.5, NaN, 1e300, 2n ** 63n])('refuses %s as Postgres would', (value) => {
    expect(() => arrayParameter('bigint', [1, value])).toThrow(expect.objectContaining({ code: '22003' }));
  });
}

onBothDatabases('an array parameter', suite);
