import { eventually } from './_seed.js';
import { bearer, errorOf, type Explained, type Visitor } from './_routing.js';

/** Points 9 and 10: names as contracts, and why a call went where it went. */
export const namesConfig = (): string => `
model_list:
  - { model_name: named, litellm_params: { model: openai/named, litellm_credential_name: lab } }
  - { model_name: ageing, deprecated: { since: 2026-01-31, sunset: 2999-12-31, use: named }, litellm_params: { model: openai/ageing, litellm_credential_name: lab } }
  - { model_name: gone, deprecated: { sunset: 2020-01-31, use: named }, litellm_params: { model: openai/gone, litellm_credential_name: lab } }
  - { model_name: explained, cooldown_time: 0, litellm_params: { model: openai/explained-1, litellm_credential_name: lab, order: 1 }, model_info: { id: explained-one } }
  - { model_name: explained, litellm_params: { model: openai/explained-2, litellm_credential_name: lab, order: 2 }, model_info: { id: explained-two } }
  - { model_name: explained, litellm_params: { model: openai/explained-3, litellm_credential_name: lab, order: 2 }, model_info: { id: explained-paused, blocked: true } }
router_settings:
  model_group_alias: { unlisted: { model: named, hidden: true }, listed: named }
`;

export function describeNames(visitor: Visitor): void {
  const chat = visitor.chat.bind(visitor);

  describe('names', () => {
    it('an alias works, and is listed unless it is hidden', async () => {
      expect((await chat('unlisted')).upstream).toBe('named');
      const { data } = await visitor.read<{ data: { id: string }[] }>('/v1/models');
      const names = data.map(({ id }) => id);
      expect(names).toEqual(expect.arrayContaining(['named', 'listed', 'ageing']));
      expect(names.filter((name) => name === 'unlisted' || name === 'gone')).toEqual([]);
    });

    it('a deprecated name works and says so', async () => {
      const answer = await chat('ageing');
      expect([answer.status, answer.upstream]).toEqual([200, 'ageing']);
      expect(answer.headers.get('deprecation')).toBe(`@${String(Date.UTC(2026, 0, 31) / 1_000)}`);
      expect(answer.headers.get('sunset')).toBe('Tue, 31 Dec 2999 00:00:00 GMT');
      expect(answer.headers.get('link')).toBe('</v1/models/named>; rel="successor-version"');
      expect((await chat('named')).headers.get('deprecation')).toBeNull();
    });

    it('a name past its sunset is gone, with the name to use', async () => {
      const answer = await chat('gone');
      expect(answer.status).toBe(410);
      expect(errorOf(answer).message).toContain("Use 'named' instead");
      expect(visitor.seen('gone').calls).toBe(0);
    });

    it('GET /model/usage tells who still asks', async () => {
      const key_alias = `ageing-${String(Date.now())}`;
      const { key, token } = await visitor.newKey({ key_alias });
      await chat('ageing', {}, bearer(key));
      await chat('ageing', {}, bearer(key));
      const usage = await eventually(
        () =>
          visitor.read<{ deprecated: object; keys: { token: string; calls: number }[] }>(
            '/model/usage?model=ageing',
          ),
        ({ keys }) => keys.some((row) => row.token === token && row.calls === 2),
      );
      expect(usage.deprecated).toMatchObject({ use: 'named' });
      expect(usage.keys).toContainEqual(expect.objectContaining({ key_alias }));
    });
  });

  describe('explanations', () => {
    it('tell of every call what was considered, dropped, tried, and came back', async () => {
      visitor.lab.script('explained-1', [{ status: 500 }, {}], { repeat: true });
      // Whichever replica decided, the one that is asked finds it.
      for (let calls = 0; calls < 6; calls += 1) {
        const answer = await chat('explained');
        const retried = calls % 2 === 0;
        const { headers, callId } = answer;
        expect(headers.get('x-litellm-attempted-retries')).toBe(retried ? '1' : '0');
        expect(headers.get('x-litellm-attempted-fallbacks')).toBe('0');
        expect(headers.get('x-litellm-model-id')).toBe(retried ? 'explained-two' : 'explained-one');
        expect(headers.get('x-litellm-model-group')).toBe('explained');
        expect(Number(headers.get('x-litellm-overhead-duration-ms'))).toBeGreaterThanOrEqual(0);
        const { steps } = await visitor.explain(callId);
        const first = retried
          ? { delivered: false, code: 'upstream_error' }
          : { delivered: true, code: null };
        expect(steps).toEqual(
          expect.arrayContaining([
            expect.objectContaining({
              step: 'picked',
              deployment_id: 'explained-one',
              dropped: expect.arrayContaining([
                { deployment_id: 'explained-paused', reason: 'blocked' },
              ]) as unknown,
            }),
            expect.objectContaining({ step: 'answered', deployment_id: 'explained-one', ...first }),
          ]),
        );
        const second = steps.filter(({ deployment_id }) => deployment_id === 'explained-two');
        expect(second.map(({ step }) => step)).toEqual(retried ? ['picked', 'answered'] : []);
      }
    });

    it('are found by the id that the client gave, and 404 when nobody remembers', async () => {
      const id = `mine-${String(Date.now())}`;
      const { callId } = await chat('named', {}, { 'x-litellm-call-id': id });
      expect((await visitor.explain(id)).call_id).toBe(callId);
      expect((await visitor.get('/router/explain/never-was')).status).toBe(404);
    });

    it('a dry run says the same and calls nobody', async () => {
      const messages = [{ role: 'user', content: 'Where would it go?' }];
      const { status, text } = await visitor.post('/router/explain', { model: 'explained', messages });
      expect(status).toBe(200);
      const { steps } = JSON.parse(text) as Explained;
      expect(steps.find(({ step }) => step === 'picked')).toMatchObject({ deployment_id: 'explained-one' });
      expect(visitor.lab.stats().calls).toBe(0);
    });
  });
}
