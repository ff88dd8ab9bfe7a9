import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and text as they came. */
  readonly data: string;
}

/** A mail server that takes every letter, without encryption. */
export interface MailServer {
  readonly port: number;
  readonly letters: readonly ReceivedMail[];
  /** How it greets from now on: `220` takes letters, `421` is busy. */
  greet(code: 220 | 421): void;
  stop(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const letters: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let greeting = 220;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    talk(socket, (letter) => letters.push(letter));
    socket.write(`${greeting} mail.test\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    letters,
    greet: (code) => {
      greeting = code;
    },
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** SMTP as far as a letter needs it. */
function talk(socket: Socket, take: (letter: ReceivedMail) => void): void {
  let pending = '';
  let from = '';
  let to: string[] = [];
  let isData = false;
  const answer = (line: string): boolean => socket.write(`${line}\r\n`);
  const command = (line: string): void => {
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        answer('250 mail.test');
        return;
      case 'MAIL':
        [from, to] = [address, []];
        answer('250 ok');
        return;
      case 'RCPT':
        to.push(address);
        answer('250 ok');
        return;
      case 'DATA':
        isData = true;
        answer('354 go on');
        return;
      case 'QUIT':
        socket.end('221 bye\r\n');
        return;
      default:
        answer('250 ok');
    }
  };
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString();
    for (;;) {
      const mark = isData ? '\r\n.\r\n' : '\r\n';
      const end = pending.indexOf(mark);
      if (end < 0) return;
      const text = pending.slice(0, end);
      pending = pending.slice(end + mark.length);
      if (isData) {
        isData = false;
        take({ from, to, data: text });
        answer('250 kept');
      } else command(text);
    }
  });
}
