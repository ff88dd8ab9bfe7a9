import { GENERAL_DEFAULTS, LiveConfig, type GatewayConfig } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import type { ReportStore } from '../spend/report-store.js';
import type { Partitions } from './partitions.js';
import { PartitionsJob } from './partitions.job.js';

setLogLevel('silent');

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 11, 31, 23);

describe('PartitionsJob', () => {
  const made: number[] = [];
  const dropped: number[] = [];
  const forgotten: number[] = [];
  const jobOf = (spendLogsKeptMs: number | null): PartitionsJob => {
    const partitions = {
      ensure: (times: number[]) => Promise.resolve(void made.push(...times)),
      dropBefore: (time: number) => Promise.resolve([`before ${String(dropped.push(time))}`]),
    };
    const reports = { forgetHours: (time: number) => Promise.resolve(void forgotten.push(time)) };
    const config = new LiveConfig({ general: { ...GENERAL_DEFAULTS, spendLogsKeptMs } } as GatewayConfig);
    return new PartitionsJob(partitions as unknown as Partitions, reports as unknown as ReportStore, config);
  };

  it('makes this month and the two after it', async () => {
    await jobOf(null).make(NOW);
    expect(made.map((time) => new Date(time).toISOString().slice(0, 7))).toEqual([
      ...['2026-12', '2027-01', '2027-02'],
    ]);
  });

  it('keeps rows for ever unless the config says how long, and hours for 400 days', async () => {
    await jobOf(null).drop(NOW);
    expect([dropped, forgotten]).toEqual([[], [NOW - 400 * DAY]]);
    await jobOf(90 * DAY).drop(NOW);
    expect(dropped).toEqual([NOW - 90 * DAY]);
  });
});
