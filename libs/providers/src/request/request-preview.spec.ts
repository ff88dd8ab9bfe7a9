import { connectionTo } from '../connection.js';
import { findProvider } from '../manifest.js';
import { requestPreview } from './request-preview.js';

it('shows a request without what may be a secret', () => {
  const settings = { apiKey: 'sk-of-the-deployment', apiBase: 'http://host/v1', apiVersion: null };
  const connection = connectionTo(
    findProvider('openai')!,
    { ...settings, organization: null, more: {} },
    { 'x-own-token': 'token-of-the-config' },
  );
  const extraBody = { gateway: { password: 'password-of-the-config', retries: 2 }, list: ['also-secret'] };
  const { url, headers, body } = requestPreview(connection, {
    ...{ attemptId: 'c:1', dialect: 'openai-chat', model: 'ours', upstreamModel: 'gpt', stream: false },
    ...{ includeUsage: true, headers: {}, body: Buffer.from('{"model":"ours","messages":[]}') },
    options: { defaults: {}, extraBody, additionalDropParams: [], dropParams: false },
  });
  expect(url).toBe('http://host/v1/chat/completions');
  expect(JSON.parse(body)).toEqual({
    ...{ model: 'gpt', messages: [] },
    ...{ gateway: { password: '***', retries: 2 }, list: ['***'] },
  });
  expect(JSON.stringify([headers, body])).not.toMatch(/of-the|also-secret/);
});
