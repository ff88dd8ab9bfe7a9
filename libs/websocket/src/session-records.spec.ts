import {
  MAX_SESSION_MESSAGE_BYTES,
  SessionRecordDecoder,
  encodeSessionRecord,
  type SessionRecord,
} from './session-records.js';

const RECORDS: readonly SessionRecord[] = [
  { kind: 'text', data: Buffer.from('{"type":"session.update"}') },
  { kind: 'binary', data: Buffer.from([0, 1, 2, 255]) },
  { kind: 'text', data: Buffer.alloc(0) },
  { kind: 'text', data: Buffer.alloc(70_000, 'ä') },
  { kind: 'close', code: 4001, reason: 'Feierabend, schön' },
];

describe('records of a session', () => {
  const bytes = Buffer.concat(RECORDS.map(encodeSessionRecord));

  it.each([1, 3, 4_096, bytes.length])('are found in pieces of %i bytes', (size) => {
    const decoder = new SessionRecordDecoder();
    const found: SessionRecord[] = [];
    for (let at = 0; at < bytes.length; at += size)
      found.push(...decoder.push(bytes.subarray(at, at + size)));
    expect(found).toEqual(RECORDS);
  });

  it('are none where no encoder has written', () => {
    const tooLong = Buffer.alloc(5);
    tooLong.writeUInt32BE(MAX_SESSION_MESSAGE_BYTES + 1, 1);
    for (const wrong of [tooLong, Buffer.from([9, 0, 0, 0, 0]), Buffer.from([2, 0, 0, 0, 1, 0])])
      expect(() => new SessionRecordDecoder().push(wrong)).toThrow('cannot be read');
  });
});
