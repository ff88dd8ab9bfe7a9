// The load: keep-alive sockets, request bytes made beforehand, a parser that only finds the end of a response.
// A child process: it gets jobs by message, one at a time, and answers each with what it measured.
import { connect } from 'node:net';

const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** One connection that calls over and over until it is told to stop. */
class Caller {
  constructor(job, result) {
    this.job = job;
    this.result = result;
    this.done = new Promise((resolve) => (this.finish = resolve));
    this.open();
  }

  open() {
    this.socket = connect({ port: this.job.port, host: this.job.host, noDelay: true });
    this.socket.on('connect', () => this.call());
    this.socket.on('data', (data) => this.read(data));
    this.socket.on('error', (error) => this.fail(error.message));
    this.socket.on('close', () => this.fail('connection closed'));
  }

  call() {
    if (!this.result.more()) return this.stop();
    this.head = undefined;
    this.tail = Buffer.alloc(0);
    this.received = 0;
    this.started = performance.now();
    this.socket.write(this.job.bytes);
  }

  read(data) {
    if (this.head === undefined) {
      const all = this.tail.length === 0 ? data : Buffer.concat([this.tail, data]);
      const end = all.indexOf(HEAD_END);
      if (end < 0) {
        this.tail = all;
        return;
      }
      this.head = all.latin1Slice(0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.head)?.[1];
      this.length = length === undefined ? undefined : Number(length);
      data = all.subarray(end + HEAD_END.length - (this.length === undefined ? 2 : 0));
      this.tail = Buffer.alloc(0);
    }
    this.received += data.length;
    if (this.ended(data)) this.complete();
  }

  /** JSON never holds a bare line break, so the last chunk's bytes are not in the data. */
  ended(data) {
    if (this.length !== undefined) return this.received >= this.length;
    const size = LAST_CHUNK.length;
    const end = data.length >= size ? data.subarray(-size) : Buffer.concat([this.tail, data]).subarray(-size);
    this.tail = Buffer.from(end);
    return end.equals(LAST_CHUNK);
  }

  complete() {
    const { result, job } = this;
    const now = performance.now();
    const good = this.head.startsWith('HTTP/1.1 200') && this.received >= job.leastBytes;
    if (!good) result.fail(this.head.split('\r\n', 1)[0]);
    else if (now <= result.until) result.add(now - this.started);
    if (!good && result.failures > 1000) this.stop();
    else this.call();
  }

  fail(reason) {
    if (this.stopped) return;
    this.result.fail(reason);
    this.stop();
  }

  stop() {
    this.stopped = true;
    this.socket.destroy();
    this.finish();
  }
}

class Result {
  latencies = [];
  failures = 0;
  firstFailure = undefined;

  begun = 0;

  constructor(milliseconds, calls) {
    this.started = performance.now();
    this.until = this.started + milliseconds;
    this.calls = calls;
  }

  /** Whether another call is wanted; counts it. */
  more() {
    return performance.now() < this.until && this.begun++ < this.calls;
  }

  add(latency) {
    this.latencies.push(latency);
  }

  fail(reason) {
    this.failures++;
    this.firstFailure ??= reason;
  }

  summary() {
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (share) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? null;
    const seconds = (Math.min(this.until, performance.now()) - this.started) / 1000;
    const { failures, firstFailure } = this;
    return {
      calls: sorted.length,
      perSecond: sorted.length / seconds,
      p50: at(0.5),
      p99: at(0.99),
      failures,
      firstFailure,
    };
  }
}

process.on('message', async (job) => {
  const bytes = Buffer.from(job.request, 'latin1');
  const result = new Result(job.seconds * 1000, job.calls ?? Infinity);
  const callers = Array.from({ length: job.concurrency }, () => new Caller({ ...job, bytes }, result));
  await Promise.all(callers.map((caller) => caller.done));
  process.send(result.summary());
});
process.on('disconnect', () => process.exit());
process.send('ready');
