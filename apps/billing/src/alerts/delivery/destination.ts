import {
  resolveSetting,
  type AlertAddresses,
  type AlertingSettings,
  type ChatFormat,
  type MailSettings,
  type Variables,
} from '@tollgate/config';
import type { AlertType } from '@tollgate/contracts';

/** Where alerts go. Its name is kept with a delivery, its address never: that may change while an alert waits. */
export type Destination =
  | { readonly channel: 'slack'; readonly name: string; readonly url: string; readonly format: ChatFormat }
  | {
      readonly channel: 'webhook';
      readonly name: string;
      readonly url: string;
      readonly secret: string | null;
    }
  | {
      readonly channel: 'email';
      readonly name: string;
      readonly mail: MailSettings;
      readonly receivers: readonly string[];
    };

interface Surroundings {
  readonly alerting: AlertingSettings;
  readonly addresses: AlertAddresses;
  readonly variables: Variables;
}

/** The names of the places that alerts of a type go to, whether or not they have an address right now. */
export function destinationNames({ channels, types, urls }: AlertingSettings, type: AlertType): string[] {
  if (!types.has(type)) return [];
  return channels.flatMap((channel) => {
    const own = channel === 'slack' ? urls.get(type) : undefined;
    return own === undefined ? [channel] : own.map((_url, index) => `slack:${type}:${index}`);
  });
}

/** The place of a name; null when the config has no address for it. */
export function findDestination(name: string, surroundings: Surroundings): Destination | null {
  const { alerting, addresses, variables } = surroundings;
  const [channel, type, index] = name.split(':');
  if (channel === 'slack') {
    const own = alerting.urls.get(type as AlertType)?.[Number(index)];
    const url = type === undefined ? addresses.slack : resolveSetting(own ?? null, variables);
    return url === null ? null : { channel, name, url, format: alerting.chatFormat ?? formatOf(url) };
  }
  if (channel === 'webhook' && addresses.webhook !== null) {
    const secret = resolveSetting(alerting.webhookSecret, variables);
    return { channel, name, url: addresses.webhook, secret };
  }
  if (channel === 'email' && addresses.mail !== null)
    return { channel, name, mail: addresses.mail, receivers: alerting.emailTo };
  return null;
}

/** Whose webhook it is, by its host. Discord's `…/slack` takes what Slack takes. */
export function formatOf(url: string): ChatFormat {
  if (!URL.canParse(url)) return 'slack';
  const { hostname, pathname } = new URL(url);
  if (/(^|\.)discord(app)?\.com$/.test(hostname)) return pathname.endsWith('/slack') ? 'slack' : 'discord';
  return /(^|\.)(webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)$/.test(hostname)
    ? 'teams'
    : 'slack';
}
