import { duplexPair, type Duplex } from 'node:stream';
import { FaultLab, type FaultLabOptions } from './fault-lab.js';

/** The shape that undici's `connect` option has: `callback` gets the connection or the error. */
export type Connector = (
  options: unknown,
  callback: (error: Error | null, socket: Duplex | null) => void,
) => void;

/** A lab without a port: reach it through `inProcessConnector`. */
export const createInProcessLab = (options: FaultLabOptions = {}): FaultLab => new FaultLab(options);

/** Connects `new Agent({ connect })` of undici to the lab, whatever host it asks for. No socket is opened. */
export function inProcessConnector(lab: FaultLab): Connector {
  return (_options, callback) => {
    const [client, server] = duplexPair();
    // A pair does not tell one side that the other was destroyed; sockets do.
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
    server.on('error', () => undefined);
    lab.server.emit('connection', server);
    process.nextTick(callback, null, client);
  };
}
