import { Injectable } from '@nestjs/common';
import { SIGNATURE_HEADER, signatureOf } from '@tollgate/app';
import { LiveConfig, LiveVariables, readAlertAddresses } from '@tollgate/config';
import type { Alert } from '@tollgate/contracts';
import { budgetDetailsOf } from '../formats/alert-level.js';
import { chatBody } from '../formats/chat-body.js';
import { letterOf } from '../formats/letter.js';
import { webhookBody } from '../formats/webhook-body.js';
import { DeliveryError } from './delivery-error.js';
import { findDestination, type Destination } from './destination.js';
import { postJson } from './http-post.js';
import { sendMail } from './send-mail.js';

/** What is sent in one message. */
export interface Message {
  readonly alerts: readonly Alert[];
  readonly isDigest: boolean;
}

/** Sends alerts to where the config of now says that their destination is. */
@Injectable()
export class AlertSender {
  constructor(
    private readonly config: LiveConfig,
    private readonly variables: LiveVariables,
  ) {}

  /** Whether the config has an address for it. */
  knows(name: string): boolean {
    return this.find(name) !== null;
  }

  /** Resolves when the receiver has accepted it; rejects with a `DeliveryError`. */
  async send(name: string, message: Message, now: number = Date.now()): Promise<void> {
    const destination = this.find(name);
    if (destination === null) throw new DeliveryError('has no address in the configuration', true);
    const { timeZone } = this.config.current.general;
    const letter = letterOf(message.alerts, { timeZone, isDigest: message.isDigest });
    switch (destination.channel) {
      case 'slack':
        return postJson(destination.url, chatBody(letter, destination.format));
      case 'webhook':
        return postSigned(destination, message, now);
      case 'email':
        return sendMail(letter, {
          mail: destination.mail,
          receivers: receiversOf(destination.receivers, message.alerts),
          ids: message.alerts.map(({ id }) => id),
        });
    }
  }

  private find(name: string): Destination | null {
    const variables = this.variables.current;
    const { alerting } = this.config.current.general;
    return findDestination(name, { alerting, addresses: readAlertAddresses(variables), variables });
  }
}

/** A digest is a body with the others in `alerts`. */
function postSigned(
  { url, secret }: Extract<Destination, { channel: 'webhook' }>,
  { alerts, isDigest }: Message,
  now: number,
): Promise<void> {
  const [first] = alerts;
  if (first === undefined) return Promise.resolve();
  const body = JSON.stringify(
    isDigest
      ? { event: 'digest', event_group: 'proxy', type: first.type, alerts: alerts.map(webhookBody) }
      : webhookBody(first),
  );
  return postJson(url, body, {
    'x-tollgate-alert-id': encodeURIComponent(first.id),
    ...(secret !== null && { [SIGNATURE_HEADER]: signatureOf(body, secret, now) }),
  });
}

const receiversOf = (receivers: readonly string[], alerts: readonly Alert[]): string[] => [
  ...new Set([...receivers, ...alerts.flatMap((alert) => budgetDetailsOf(alert)?.emails ?? [])]),
];
