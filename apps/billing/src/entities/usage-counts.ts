import { safeInteger } from '@tollgate/database';
import { Column, type ColumnOptions } from 'typeorm';

const count: ColumnOptions = { type: 'bigint', transformer: safeInteger };

/** `Usage` of the contracts, a column each. */
export class UsageCounts {
  @Column({ ...count, name: 'usage_input' })
  input!: number;

  @Column({ ...count, name: 'usage_cache_read' })
  cacheRead!: number;

  @Column({ ...count, name: 'usage_cache_write_5m' })
  cacheWrite5m!: number;

  @Column({ ...count, name: 'usage_cache_write_1h' })
  cacheWrite1h!: number;

  @Column({ ...count, name: 'usage_output' })
  output!: number;

  @Column({ ...count, name: 'usage_reasoning' })
  reasoning!: number;

  @Column({ ...count, name: 'usage_audio_input' })
  audioInput!: number;

  @Column({ ...count, name: 'usage_audio_output' })
  audioOutput!: number;

  @Column({ ...count, name: 'usage_searches' })
  searches!: number;
}
