import { Controller, Get, Inject, Query } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  alertService,
  alertType,
  listAlertDeliveries,
  testAlert,
  type Alert,
  type AlertDelivery,
} from '@tollgate/contracts';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { readQuery } from '../http/read-query.js';

const PAGE = 50;
const MOST = 500;

/** Billing waits for the receiver that long, and a little longer for its turn. */
const TEST_TIMEOUT_MS = 20_000;

const alertsQuery = z.object({
  type: z.enum(alertType.options, { error: `must be one of ${alertType.options.join(', ')}` }).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST, { error: `must be a whole number from 1 to ${MOST}` })
    .optional(),
  cursor: z.string().optional(),
});

const servicesQuery = z.object({
  service: z.enum(alertService.options, { error: `must be one of ${alertService.options.join(', ')}` }),
});

/** Alerts, and whether they arrive. */
@Controller()
export class AlertsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** The newest first, with what became of each where it went; `next_cursor` is null on the last page. */
  @Access('viewer')
  @Get('alerts')
  async list(@Query() query: unknown): Promise<object> {
    const { type, limit = PAGE, cursor } = readQuery(alertsQuery, query);
    const { alerts } = await this.bus.request(listAlertDeliveries, {
      limit: limit + 1,
      ...(type !== undefined && { type }),
      ...(cursor !== undefined && cursor !== '' && { before: readCursor(cursor) }),
    });
    const shown = alerts.slice(0, limit);
    const last = shown.at(-1);
    const isLast = alerts.length <= limit || last === undefined;
    return { alerts: shown.map(shownAlert), next_cursor: isLast ? null : cursorOf(last) };
  }

  /** LiteLLM's: sends a test alert the way of every alert, and tells what happened to it. */
  @Access('admin')
  @Get('health/services')
  async test(@Query() query: unknown): Promise<object> {
    const { service } = readQuery(servicesQuery, query);
    const { results } = await this.bus.request(testAlert, { service }, { timeoutMs: TEST_TIMEOUT_MS });
    const failed = results.filter(({ error }) => error !== null);
    const told = failed.map(({ destination, error }) => `${destination} ${error ?? ''}`).join('; ');
    return failed.length === 0
      ? { status: 'success', message: `A test alert was accepted by ${service}`, results }
      : { status: 'unhealthy', message: `The test alert did not arrive: ${told}`, results };
  }
}

const shownAlert = ({
  id,
  type,
  message,
  at,
  details,
  deliveries,
}: Alert & { deliveries: AlertDelivery[] }) => ({
  id,
  type,
  message,
  at: isoOf(at),
  details,
  deliveries: deliveries.map(({ destination, state, attempts, lastError, nextAt, deliveredAt }) => ({
    destination,
    state,
    attempts,
    last_error: lastError,
    next_at: isoOf(nextAt),
    delivered_at: isoOf(deliveredAt),
  })),
});

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const cursorOf = ({ at, id }: { at: number; id: string }): string =>
  Buffer.from(JSON.stringify([at, id])).toString('base64url');

function readCursor(text: string): { at: number; id: string } {
  try {
    const [at, id] = z
      .tuple([z.number(), z.string()])
      .parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { at, id };
  } catch {
    throw new GatewayError('invalid_request', `'cursor' is none of /alerts`, { param: 'cursor' });
  }
}
