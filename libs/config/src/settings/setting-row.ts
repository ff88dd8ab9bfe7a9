/** Default and meaning of a setting, as the reference shows them. */
export type SettingRow = readonly [defaultValue: string, meaning: string];

/** The same keys in another place: that they are the same is all there is to say of them. */
export const elsewhere = <Key extends string>(
  rows: Readonly<Record<Key, SettingRow>>,
  meaning: string,
): Record<Key, SettingRow> =>
  Object.fromEntries(Object.keys(rows).map((key) => [key, ['none', meaning]])) as unknown as Record<
    Key,
    SettingRow
  >;
