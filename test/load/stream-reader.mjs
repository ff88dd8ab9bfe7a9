// Reads many streams that must all say the same, cheaply enough to share a core with the provider: no strings, no copies.
import { connect } from 'node:net';
import { requestOf } from './request.mjs';

const LINE_FEED = 0x0a;
const INCOMING_BYTES = 256 * 1024;

/** Readers of one and the same answer: whoever comes first to a byte sets it, everybody else is held to it. */
export class StreamReaders {
  /** The answer as far as anybody has read it. */
  #answer = Buffer.alloc(1024 * 1024);
  #length = 0;
  // One buffer takes the bytes of all sockets: they are looked at before the next ones are read.
  #incoming = Buffer.alloc(INCOMING_BYTES);

  get answer() {
    return this.#answer.toString('utf8', 0, this.#length);
  }

  /** Reads one stream to its end: when its first bytes came, its longest silence, and what is wrong with it. */
  read(target) {
    return new Promise((resolve) => {
      const stream = { first: undefined, stall: 0, size: 0, error: undefined };
      const body = new ChunkedBody();
      const started = performance.now();
      let last = started;
      const take = (length) => {
        const now = performance.now();
        stream.first ??= now - started;
        stream.stall = Math.max(stream.stall, now - last);
        last = now;
        body.read(this.#incoming, length, (from, to) => this.#compare(stream, from, to));
        if (body.ended) socket.destroy();
        return true;
      };
      const onread = { buffer: this.#incoming, callback: take };
      const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true, onread });
      socket.on('connect', () => socket.write(requestOf(target, 'sse'), 'latin1'));
      socket.on('error', (error) => (stream.error ??= error.message));
      socket.on('close', () => {
        if (!body.ended) stream.error ??= body.refusal ?? 'cut off';
        resolve(stream);
      });
    });
  }

  /** Whether a stream that was read has the whole answer. */
  isWhole({ error, size }) {
    return error === undefined && size === this.#length;
  }

  #compare(stream, from, to) {
    const end = stream.size + to - from;
    if (end > this.#answer.length) this.#answer = Buffer.concat([this.#answer], this.#answer.length * 2);
    const known = Math.min(end, Math.max(this.#length, stream.size)) - stream.size;
    const incoming = this.#incoming;
    if (this.#answer.compare(incoming, from, from + known, stream.size, stream.size + known) !== 0)
      stream.error ??= 'other bytes than the others';
    incoming.copy(this.#answer, stream.size + known, from + known, to);
    stream.size = end;
    this.#length = Math.max(this.#length, end);
  }
}

/** The body of a chunked HTTP answer, however its bytes are cut. */
class ChunkedBody {
  ended = false;
  /** What was answered instead of a stream. */
  refusal = undefined;
  #head = '';
  #inHead = true;
  #size = 0;
  #left = 0;
  #lineFeeds = 0;

  /** Calls `piece` with where each piece of the body begins and ends in the buffer. */
  read(buffer, length, piece) {
    let at = this.#inHead ? this.#readHead(buffer, length) : 0;
    while (at < length && !this.ended) {
      if (this.#left === 0) at = this.#readSize(buffer, at, length);
      else {
        const end = Math.min(length, at + this.#left);
        this.#left -= end - at;
        piece(at, end);
        at = end;
      }
    }
  }

  #readHead(buffer, length) {
    const before = this.#head.length;
    this.#head += buffer.latin1Slice(0, length);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return length;
    this.#inHead = false;
    if (!/^HTTP\/1.1 200 [^]*\r\ntransfer-encoding: *chunked/i.test(this.#head)) this.refusal = this.#head;
    this.#lineFeeds = 1;
    return end + 4 - before;
  }

  /** The line feed behind the piece before, then the line of the next one's size. */
  #readSize(buffer, from, length) {
    for (let at = from; at < length; at++) {
      const byte = buffer[at];
      if (byte !== LINE_FEED) {
        if (byte >= 0x30) this.#size = this.#size * 16 + (byte <= 0x39 ? byte - 0x30 : (byte & 0x1f) + 9);
        continue;
      }
      if (++this.#lineFeeds < 2) continue;
      this.#left = this.#size;
      this.ended = this.#size === 0;
      this.#size = 0;
      this.#lineFeeds = 0;
      return at + 1;
    }
    return length;
  }
}
