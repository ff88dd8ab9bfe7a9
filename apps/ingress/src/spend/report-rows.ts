import type { Bus } from '@tollgate/bus';
import { reportSpend, type SpendReportQuery, type SpendReportRow } from '@tollgate/contracts';

/** Rows asked of billing at a time: a reply stays well below what the bus carries in one message. */
const ROWS_A_REPLY = 1_000;

export interface ReportRows {
  readonly rows: SpendReportRow[];
  /** How many there are, which may be more than were asked for. */
  readonly total: number;
}

/** At most so many rows of a report, put together from small replies. */
export async function reportRows(
  bus: Pick<Bus, 'request'>,
  query: Omit<SpendReportQuery, 'limit' | 'offset'>,
  { skip = 0, limit }: { readonly skip?: number; readonly limit: number },
): Promise<ReportRows> {
  const rows: SpendReportRow[] = [];
  for (;;) {
    const wanted = Math.min(ROWS_A_REPLY, limit - rows.length);
    const reply = await bus.request(reportSpend, { ...query, offset: skip + rows.length, limit: wanted });
    rows.push(...reply.rows);
    if (rows.length >= limit || reply.rows.length < wanted) return { rows, total: reply.total };
  }
}
