import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientConnection } from './client-connection.js';

/** A response whose client takes nothing until it is told to. */
class FullResponse extends EventEmitter {
  writableFinished = false;

  write(): boolean {
    return false;
  }

  destroy(): void {
    this.emit('close');
  }
}

let response: FullResponse;
beforeEach(() => {
  response = new FullResponse();
});
const connectionOf = (onHangUp: () => void, stallMs?: number): ClientConnection =>
  new ClientConnection(response as unknown as ServerResponse, onHangUp, stallMs);

describe('ClientConnection', () => {
  it('waits until the client has taken what was written', async () => {
    const written = connectionOf(() => undefined).write(Buffer.from('x'));
    const states: string[] = [];
    const done = Promise.resolve(written).then(() => states.push('written'));
    await new Promise(setImmediate);
    states.push('drained');
    response.emit('drain');
    await done;
    expect(states).toEqual(['drained', 'written']);
    expect(response.listenerCount('drain')).toBe(0);
  });

  it('cuts a client off that takes nothing', async () => {
    let hungUp = 0;
    const connection = connectionOf(() => (hungUp += 1), 1);
    const closed = once(response, 'close');
    await connection.write(Buffer.from('x'));
    await closed;
    expect(hungUp).toBe(1);
    expect(connection.gone).toBe(true);
    expect(connection.write(Buffer.from('y'))).toBeUndefined();
  });

  it('does not take the end of an answer for a hang-up', () => {
    let hungUp = 0;
    connectionOf(() => (hungUp += 1));
    response.writableFinished = true;
    response.emit('close');
    expect(hungUp).toBe(0);
  });
});
