/** The bytes of one request to a target, as a latin1 string. */
export function requestOf({ model, head }, kind) {
  const content =
    'Write one sentence about a lighthouse keeper who counts the passing ships every evening. '.repeat(4);
  const stream = kind === 'sse' && { stream: true, stream_options: { include_usage: true } };
  const body = JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: 64, ...stream });
  return [
    'POST /v1/chat/completions HTTP/1.1',
    ...['host: 127.0.0.1', 'content-type: application/json', ...head],
    `content-length: ${Buffer.byteLength(body)}`,
    `\r\n${body}`,
  ].join('\r\n');
}
