import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import { disconnectedError } from '../errors.js';
import { streamName } from './subjects.js';
import type { Wire } from './wire.js';

/** How long JetStream waits for an acknowledgement before another replica gets the batch. */
export const ACK_WAIT_MS = 30_000;
/** Messages of a consumer that may be unacknowledged: bounds what a slow consumer holds in memory. */
const MAX_UNACKNOWLEDGED = 64;
const TIMEOUT_MS = 5000;

/** The JetStream side of durable events. One message holds a JSON array of events. */
export class DurableStreams {
  private readonly client: JetStreamClient;
  private readonly ready = new Set<string>();
  private readonly waiting = new Set<(error: unknown) => void>();

  constructor(
    private readonly wire: Wire,
    private readonly replicas: number,
  ) {
    this.client = jetstream(wire.connection, { timeout: TIMEOUT_MS });
    wire.listen({
      disconnected: () => {
        for (const reject of this.waiting) reject(disconnectedError());
      },
    });
  }

  /** Resolves when JetStream has stored the events. `batchId` lets it drop a repetition. */
  async publish(subject: string, entries: readonly OutboxEntry[], batchId: string): Promise<void> {
    await this.ensureStream(subject);
    const events = `[${entries.map((entry) => entry.text ?? 'null').join(',')}]`;
    try {
      await this.whileConnected(() =>
        this.client.publish(subject, events, { msgID: batchId, timeout: TIMEOUT_MS }),
      );
    } catch (error) {
      // The stream may have gone with the server's disk: look again next time.
      this.ready.delete(subject);
      throw error;
    }
  }

  /** Creates the stream of a durable subject unless it is there. */
  async ensureStream(subject: string): Promise<void> {
    if (this.ready.has(subject)) return;
    await this.whileConnected(() => this.createStream(subject));
    this.ready.add(subject);
  }

  private async createStream(subject: string): Promise<void> {
    const manager = await this.manager();
    const name = streamName(subject);
    const isThere = await manager.streams.info(name).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      await manager.streams.add({
        name,
        subjects: [subject],
        retention: RetentionPolicy.Workqueue,
        storage: StorageType.File,
        discard: DiscardPolicy.New,
        num_replicas: this.replicas,
      });
    }
  }

  /** Creates the pull consumer that the replicas of a service share. Its name is the stream's. */
  async ensureConsumer(subject: string): Promise<void> {
    await this.ensureStream(subject);
    await this.whileConnected(() => this.createConsumer(subject));
  }

  forget(subject: string): void {
    this.ready.delete(subject);
  }

  private async createConsumer(subject: string): Promise<void> {
    const manager = await this.manager();
    const name = streamName(subject);
    await manager.consumers.add(name, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: MAX_UNACKNOWLEDGED,
      max_deliver: -1,
    });
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.wire.connection, { timeout: TIMEOUT_MS, checkAPI: false });
  }

  /** The client would wait for its time-out when the connection breaks. */
  private whileConnected<Value>(start: () => Promise<Value>): Promise<Value> {
    if (!this.wire.isConnected) return Promise.reject(disconnectedError());
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      start()
        .finally(() => this.waiting.delete(reject))
        .then(resolve, reject);
    });
  }
}
