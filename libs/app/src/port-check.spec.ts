import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { checkPort } from './port-check.js';

describe('checkPort', () => {
  it('rejects as listening would where the port is taken, and leaves a free one free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(checkPort(port, '127.0.0.1')).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      port,
    });
    server.close();
    await once(server, 'close');
    await checkPort(port, '127.0.0.1');
    await checkPort(port, '127.0.0.1');
  });

  it('asks nothing where any port will do', async () => {
    await expect(checkPort(0, 'not an address')).resolves.toBeUndefined();
  });
});
