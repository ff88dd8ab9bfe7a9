import type { Bus, CallResponse } from '@tollgate/bus';
import { toGatewayError, type ResponseHead } from '@tollgate/contracts';
import { acceptSocket, type Upgrade } from '@tollgate/websocket';
import type { ClientConnection } from '../calls/client-connection.js';
import type { AnswerHooks, AnswerRelay, AnswerResult } from '../calls/relay-answer.js';
import { ClientSession } from './client-session.js';
import { chosenProtocol } from './subprotocols.js';

/** What a provider may take to agree to the end of a session that its client has left. */
const FAREWELL_MS = 5_000;

/** Relays a call as a session: the socket is agreed to when the provider's is open, so that any refusal is an answer to the upgrade. */
export const sessionRelay =
  (bus: Bus, upgrade: Upgrade): AnswerRelay =>
  async (frames, client, hooks) => {
    let session: ClientSession | null = null;
    try {
      for await (const frame of frames) {
        if (frame.type === 'head') {
          hooks.heard(frame.head);
          session ??= await begin(frame.head, { bus, upgrade, frames, client, hooks });
          if (session === null) return { kind: 'client-gone' };
        } else if (frame.type === 'data') await session?.pass(frame.data);
        else {
          return { kind: 'complete', end: frame.end };
        }
      }
      throw toGatewayError(new Error('The frames of a session stopped without an end'));
    } catch (cause) {
      return broken(cause, session, client);
    } finally {
      session?.end();
    }
  };

interface Beginning {
  readonly bus: Bus;
  readonly upgrade: Upgrade;
  readonly frames: CallResponse;
  readonly client: ClientConnection;
  readonly hooks: AnswerHooks;
}

/** null: the client has left. */
async function begin(
  head: ResponseHead,
  { bus, upgrade, frames, client, hooks }: Beginning,
): Promise<ClientSession | null> {
  hooks.started(head);
  hooks.claimed();
  client.raw.detachSocket(upgrade.socket);
  const { 'content-type': _type, ...headers } = hooks.headersOf(head);
  const protocol = chosenProtocol(upgrade.request.headers);
  const socket = await acceptSocket(upgrade, { protocol, headers }).catch(() => null);
  if (socket === null) {
    frames.cancel();
    return null;
  }
  const session = new ClientSession(bus, socket, head);
  void session.listen().then(() => {
    if (session.failure !== null) frames.cancel();
    // The provider's own word for the end comes with its bill.
    else if (session.hasLeft) setTimeout(() => frames.cancel(), FAREWELL_MS).unref();
  });
  return session;
}

function broken(cause: unknown, session: ClientSession | null, client: ClientConnection): AnswerResult {
  if (client.gone) return { kind: 'client-gone' };
  const error = session?.failure ?? toGatewayError(cause);
  if (session === null) throw error;
  if (session.hasLeft) return { kind: 'client-gone' };
  session.fail(error);
  return { kind: 'broken', error };
}
