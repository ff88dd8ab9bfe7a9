import type { ResponseHead } from '@tollgate/contracts';
import type { GuardrailRule, TextPattern } from '@tollgate/config';
import { HEAD, SSE_HEAD } from '../_harness.js';
import { AnswerTextStage } from './answer-text-stage.js';
import { undecided } from './guardrail-errors.js';
import { Placeholders } from './placeholders.js';
import { GuardedFlow, RestoringFlow } from './text-flows.js';
import { textGuard } from './text-guard.js';

const LINES: ResponseHead = { ...HEAD, headers: { 'content-type': 'application/x-ndjson' } };

const placeholders = new Placeholders([]);
placeholders.of('EMAIL_ADDRESS', 'a@b.io');
placeholders.of('NOTE', 'say "x"\n');

const restoring = (): AnswerTextStage =>
  new AnswerTextStage({ flowOf: ({ isJson }) => new RestoringFlow(placeholders, isJson), unreadable: null });

const pattern = (source: string, action: 'block' | 'mask'): TextPattern => ({
  name: 'a word',
  finds: { source, flags: 'gi' },
  action,
  tag: '[X]',
});

const guarded = (...patterns: TextPattern[]): AnswerTextStage => guardedBy({ kind: 'patterns', patterns });

const guardedBy = (rule: GuardrailRule): AnswerTextStage => {
  const guardrail = {
    name: 'g',
    label: 'regex',
    modes: new Set(['post_call'] as const),
    isDefault: true,
    info: null,
  };
  const guard = textGuard({ ...guardrail, rule })!;
  return new AnswerTextStage({ flowOf: () => new GuardedFlow([guard]), unreadable: undecided('g', 'no') });
};

/** What a client gets of a stream that comes in pieces of some length. */
function through(stage: AnswerTextStage, head: ResponseHead, stream: string, length = 7): string {
  stage.begin(head);
  let written = '';
  for (let at = 0; at < stream.length; at += length)
    written += Buffer.from(stage.see(Buffer.from(stream.slice(at, at + length)))).toString();
  return written + Buffer.from(stage.end()).toString();
}

const sse = (...events: unknown[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const chunk = (content: string, index = 0): unknown => ({ choices: [{ index, delta: { content } }] });

/** The text of a stream of chat chunks, by choice. */
function said(stream: string): Record<number, string> {
  const texts: Record<number, string> = {};
  for (const line of stream.split('\n').filter((one) => one.startsWith('data: {'))) {
    const { choices } = JSON.parse(line.slice(6)) as {
      choices: { index: number; delta: { content?: string } }[];
    };
    for (const { index, delta } of choices) texts[index] = (texts[index] ?? '') + (delta.content ?? '');
  }
  return texts;
}

describe('what was masked comes back', () => {
  it('in a whole answer, escaped where it is JSON within JSON', () => {
    const answer = {
      choices: [
        {
          message: {
            content: 'to <EMAIL_ADDRESS_1>, not <EMAIL_ADDRESS_2>',
            tool_calls: [{ function: { arguments: '{"n":"<NOTE_1>"}' } }],
          },
        },
      ],
    };
    const written = JSON.parse(through(restoring(), HEAD, JSON.stringify(answer))) as typeof answer;
    const message = written.choices[0]?.message;
    expect(message?.content).toBe('to a@b.io, not <EMAIL_ADDRESS_2>');
    expect(JSON.parse(message?.tool_calls[0]?.function.arguments ?? '')).toEqual({ n: 'say "x"\n' });
  });

  it.each([1, 2, 3, 5, 100])('in a stream whose pieces have %d characters', (size) => {
    const text = 'to <EMAIL_ADDRESS_1>: a < b, <EMAIL_ADDRESS_1> <EMAIL';
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      chunk(text.slice(at * size, (at + 1) * size)),
    );
    const written = through(restoring(), SSE_HEAD, `${sse(...pieces)}data: [DONE]\n\n`);
    expect(said(written)).toEqual({ 0: 'to a@b.io: a < b, a@b.io <EMAIL' });
    expect(written.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('in answers that are given side by side', () => {
    const events = [
      chunk('x <EMAIL_', 0),
      chunk('y <EMAIL_ADD', 1),
      chunk('ADDRESS_1>', 0),
      chunk('RESS_1>!', 1),
    ];
    expect(said(through(restoring(), SSE_HEAD, sse(...events)))).toEqual({ 0: 'x a@b.io', 1: 'y a@b.io!' });
  });

  it.each([
    [
      'Anthropic',
      (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ],
    [
      'Responses',
      (delta: string) => ({ type: 'response.output_text.delta', item_id: 'i', content_index: 0, delta }),
    ],
    [
      'Gemini',
      (text: string) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }] }),
    ],
    [
      'Cohere',
      (text: string) => ({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
    ],
  ])('in the words of %s', (_dialect, event) => {
    const written = through(restoring(), SSE_HEAD, sse(event('<EMAIL_AD'), event('DRESS_1>')));
    expect(written).toBe(sse(event(''), event('a@b.io')));
  });

  it('in lines of JSON', () => {
    const lines = ['<EMAIL_', 'ADDRESS_1>', ' ok'].map(
      (content) => `${JSON.stringify({ message: { content } })}\n`,
    );
    const written = through(restoring(), LINES, lines.join(''));
    expect(written).toBe(
      '{"message":{"content":""}}\n{"message":{"content":"a@b.io"}}\n{"message":{"content":" ok"}}\n',
    );
  });

  it('and nothing else changes: other events, numbers, what cannot be read', () => {
    const stream =
      ': ping\n\nevent: x\nid: 7\ndata: {"n":1.0, "choices":[{"delta":{"content":"plain"}}]}\n\ndata: not json\n\n';
    expect(through(restoring(), SSE_HEAD, stream)).toBe(stream);
    expect(through(restoring(), HEAD, '{"choices": broken')).toBe('{"choices": broken');
  });
});

describe('what must not be in an answer', () => {
  it.each([7, 1000])('is masked however the stream is cut (%d)', (size) => {
    const text = `${'safe '.repeat(200)}the secret word${' tail'.repeat(200)} secret`;
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      chunk(text.slice(at * size, (at + 1) * size)),
    );
    expect(said(through(guarded(pattern('\\bsecret\\b', 'mask')), SSE_HEAD, sse(...pieces)))).toEqual({
      0: text.replaceAll('secret', '[X]'),
    });
  });

  it.each([
    ['reasoning', (text: string) => ({ choices: [{ index: 0, delta: { reasoning_content: text } }] })],
    [
      'thoughts',
      (thinking: string) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking },
      }),
    ],
    [
      'summaries',
      (delta: string) => ({ type: 'response.reasoning_summary_text.delta', item_id: 'i', delta }),
    ],
  ])('is masked in %s, too', (_kind, event) => {
    const stage = guarded(pattern('\\bsecret\\b', 'mask'));
    expect(through(stage, SSE_HEAD, sse(event('a sec'), event('ret thing')))).toBe(
      sse(event(''), event('a [X] thing')),
    );
  });

  describe('a private key', () => {
    const lines = Array.from({ length: 200 }, () => `${'aB3/'.repeat(16)}\n`).join('');
    const begins = `${'It is: '.repeat(100)}-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n${lines}`;
    const key = `${begins}-----END RSA PRIVATE KEY-----`;
    const streamed = (text: string, size: number): string =>
      sse(
        ...Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
          chunk(text.slice(at * size, (at + 1) * size)),
        ),
      );
    const before = `${'It is: '.repeat(100)}[REDACTED]`;

    it.each([
      [3, `${key} That is all: AKIAIOSFODNN7EXAMPLE.`, `${before} That is all: [REDACTED].`],
      [40, `${key}${' more'.repeat(300)}`, `${before}${' more'.repeat(300)}`],
      [40, `${key}\n${key}`, `${before}\n${before}`],
      [100_000, `${key} and`, `${before} and`],
      [5, key, before],
      [7, begins, before],
      [7, '-----BEGIN PRIVATE KEY-----', '[REDACTED]'],
    ])('is masked however long it is, in pieces of %d', (size, text, told) => {
      const written = through(
        guardedBy({ kind: 'secrets', action: 'mask' }),
        SSE_HEAD,
        streamed(text, size),
        999,
      );
      expect(said(written)).toEqual({ 0: told });
    });

    it('is refused when it begins', () => {
      const stage = guardedBy({ kind: 'secrets', action: 'block' });
      stage.begin(SSE_HEAD);
      expect(() => stage.see(Buffer.from(sse(chunk('-----BEGIN PRIVATE KEY-----'))))).toThrow(
        'a secret found',
      );
    });
  });

  it('ends a stream before it is told', () => {
    const stage = guarded(pattern('\\bsecret\\b', 'block'));
    stage.begin(SSE_HEAD);
    let written = '';
    const tell = (content: string): void => {
      written += Buffer.from(stage.see(Buffer.from(sse(chunk(content))))).toString();
    };
    for (let round = 0; round < 50; round += 1) tell('a safe beginning, ');
    tell('then a sec');
    expect(() => tell('ret thing')).toThrow(expect.objectContaining({ code: 'guardrail_violation' }));
    expect(said(written)[0]).toMatch(/^a safe/);
    expect(said(written)[0]).not.toContain('sec');
  });

  it('is not found in the beginning of another word', () => {
    const words = guarded(pattern('\\bcon\\b', 'block'));
    expect(said(through(words, SSE_HEAD, sse(chunk('to con'), chunk('tinue'))))).toEqual({
      0: 'to continue',
    });
    expect(() => through(guarded(pattern('\\bcon\\b', 'block')), SSE_HEAD, sse(chunk('a con')))).toThrow(
      'a word found',
    );
  });

  it('refuses what nobody can look through', () => {
    expect(() => through(guarded(pattern('x', 'mask')), HEAD, '{"choices": broken')).toThrow('cannot decide');
    const binary = { ...HEAD, headers: { 'content-type': 'application/vnd.amazon.eventstream' } };
    expect(() => through(guarded(pattern('x', 'mask')), binary, 'bytes')).toThrow('cannot decide');
    const audio = { ...HEAD, headers: { 'content-type': 'audio/mpeg' } };
    expect(through(guarded(pattern('x', 'mask')), audio, 'xxx')).toBe('xxx');
  });
});
