import type { Bus } from '../bus.js';
import type { NatsBusOptions } from './nats-bus.js';

/** The bus on NATS. Its client is loaded here and not before: a process that runs alone has no use for it. */
export async function connectNats(options: NatsBusOptions): Promise<Bus> {
  const { NatsBus } = await import('./nats-bus.js');
  return NatsBus.connect(options);
}
