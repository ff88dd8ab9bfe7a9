import { mockAnswer, mockError } from '@tollgate/providers';
import { UsageRecord } from './usage-record.js';
import { deliverHead, endOf, type Work } from './work.js';

/** Answers with the deployment's canned text, or raises the error that it names; no provider is called. */
export async function runMock(work: Work, text: string): Promise<void> {
  const { header, target, context, state, bus } = work;
  const error = mockError(text);
  if (error !== null) throw error;
  const { call, partial } = header;
  const { data, contentType, progress } = mockAnswer({ ...call, partial }, text);
  const record = new UsageRecord(bus, header, target.deployment, null);
  const bill = await record.commit({ status: 'complete', progress, errorCode: null });
  state.billed(bill);
  deliverHead(work, {
    status: 200,
    contentType,
    headers: {},
    apiBase: null,
    bill: call.stream ? null : bill,
  });
  await context.response.write(data);
  context.response.end(endOf(work, bill));
}
