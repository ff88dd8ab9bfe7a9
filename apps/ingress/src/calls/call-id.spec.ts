import { newCallId } from './call-id.js';

describe('the id of a call', () => {
  it('is a UUID of version 7 that tells the time', () => {
    const before = Date.now();
    const id = newCallId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 10_000 }, newCallId)).size).toBe(10_000);
  });
});
