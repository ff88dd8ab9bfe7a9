import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RpcMessage } from '@tollgate/contracts';

/** A request that an MCP server is to answer. */
export interface McpExchange {
  readonly message: RpcMessage;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers as JSON. */
  readonly json: (message: object) => void;
  /** Answers as a stream of events, and ends it unless more is to come. */
  readonly events: (messages: readonly object[], options?: { readonly end?: boolean }) => void;
}

/** An MCP server of a spec. */
export interface TestMcpServer {
  readonly url: string;
  /** What came, but for `initialize` and what follows it. */
  readonly seen: { readonly message: RpcMessage; readonly headers: IncomingMessage['headers'] }[];
  readonly sessions: Set<string>;
  /** How often a session was begun. */
  begun: number;
  /** Answers requests. */
  handle: (exchange: McpExchange) => void;
  /** Hears what needs no answer. */
  hear: (message: RpcMessage) => void;
  close(): Promise<void>;
}

/** The response of a request. */
export const resultOf = ({ id }: RpcMessage, result: object): object => ({ jsonrpc: '2.0', id, result });

/** A server of streamable HTTP, in plain `node:http`: it wants its sessions known. */
export async function startMcpServer(): Promise<TestMcpServer> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => serve(fixture, request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fixture: TestMcpServer = {
    url: `http://127.0.0.1:${port}/mcp`,
    seen: [],
    sessions: new Set(),
    begun: 0,
    handle: ({ message, json }) => json(resultOf(message, {})),
    hear: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fixture;
}

function serve(fixture: TestMcpServer, request: IncomingMessage, response: ServerResponse, body: string) {
  const sessionId = request.headers['mcp-session-id'];
  if (request.method === 'DELETE') {
    fixture.sessions.delete(String(sessionId));
    response.writeHead(200).end();
    return;
  }
  const message = JSON.parse(body) as RpcMessage;
  const json = (answer: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  if (message.method === 'initialize') {
    fixture.begun += 1;
    const id = `session-${fixture.begun}`;
    fixture.sessions.add(id);
    response.setHeader('mcp-session-id', id);
    json(resultOf(message, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: {} }));
    return;
  }
  if (!fixture.sessions.has(String(sessionId))) {
    response.writeHead(404).end('no such session');
    return;
  }
  if (message.method === 'notifications/initialized') {
    response.writeHead(202).end();
    return;
  }
  fixture.seen.push({ message, headers: request.headers });
  const events = (messages: readonly object[], { end = true } = {}): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const each of messages) response.write(`event: message\ndata: ${JSON.stringify(each)}\n\n`);
    if (end) response.end();
  };
  if ((message.id ?? null) === null || message.method === undefined) {
    response.writeHead(202).end();
    fixture.hear(message);
    return;
  }
  fixture.handle({ message, request, response, json, events });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
