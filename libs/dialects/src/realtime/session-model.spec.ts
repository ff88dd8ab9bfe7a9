import { sessionModel } from './session-model.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('the model of a session', () => {
  it('is read in events about the session, and renamed there alone', () => {
    const event = '{ "type" : "session.update", "session": {"model":"ours", "tools": [{"model": 1e2}]} }';
    const named = sessionModel(bytes(event));
    expect(named?.model).toBe('ours');
    expect(Buffer.from(named!.renamed('gpt-realtime')).toString()).toBe(
      event.replace('ours', 'gpt-realtime'),
    );
  });

  it.each([
    ['another event', '{"type":"response.create","session":{"model":"x"}}'],
    ['no model', '{"type":"session.update","session":{"voice":"marin"}}'],
    ['a model that is none', '{"type":"session.update","session":{"model":7}}'],
    ['a session that is none', '{"type":"session.update","session":"x"}'],
    ['no JSON', '{"type":"session.update"'],
  ])('is none: %s', (_what, event) => {
    expect(sessionModel(bytes(event))).toBeNull();
  });
});
