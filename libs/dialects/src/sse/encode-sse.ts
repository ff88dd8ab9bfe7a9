/** One server-sent event; line feeds in the data become further data lines. */
export function encodeSse(data: string, event?: string): Buffer {
  const lines = data.includes('\n') || data.includes('\r') ? data.split(/\r\n|\n|\r/).join('\ndata: ') : data;
  return Buffer.from(event === undefined ? `data: ${lines}\n\n` : `event: ${event}\ndata: ${lines}\n\n`);
}
