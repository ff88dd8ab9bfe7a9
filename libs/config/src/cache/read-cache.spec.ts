import { load, model, problemsOf } from '../load-config.test-kit.js';

const file = (litellm: string): string =>
  `${model('api_key: k')}litellm_settings: { ${litellm} }\n` +
  `general_settings: { master_key: sk-0123456789abcdef, store_model_in_db: false }\n`;
const cacheOf = (litellm: string) => load(file(litellm)).config.general.cache;

describe('the cache of the config', () => {
  it("is LiteLLM's, with its defaults", () => {
    expect(cacheOf('cache: true')).toEqual({
      type: 'local',
      ttlMs: 600_000,
      namespace: '',
      mode: 'default_on',
      callTypes: new Set([
        ...['completion', 'text_completion', 'embedding', 'responses', 'anthropic_messages'],
        ...['generate_content', 'rerank'],
      ]),
      semantic: null,
    });
    expect(
      cacheOf(
        'cache: true, cache_params: { type: redis, host: h, ttl: 60, namespace: blue, mode: default_off,' +
          ' supported_call_types: [acompletion, embedding, atranscription] }',
      ),
    ).toEqual({
      type: 'redis',
      ttlMs: 60_000,
      namespace: 'blue',
      mode: 'default_off',
      callTypes: new Set(['completion', 'embedding']),
      semantic: null,
    });
  });

  it('is none where it is not switched on, whatever its parameters', () => {
    expect([cacheOf(''), cacheOf('cache: false, cache_params: { type: redis }')]).toEqual([null, null]);
  });

  it('may answer what is asked in other words', () => {
    const semantic =
      'redis_semantic_cache_embedding_model: chat, similarity_threshold: 0.8, verify_semantic_hits: true';
    expect(cacheOf(`cache: true, cache_params: { type: redis-semantic, ${semantic} }`)?.semantic).toEqual({
      model: 'chat',
      threshold: 0.8,
      isVerified: true,
    });
  });

  it.each([
    [
      'cache_params: { type: semantic }',
      /cache_params\.type \(line 4\): needs semantic_cache_embedding_model/,
    ],
    [
      'cache_params: { type: semantic, semantic_cache_embedding_model: nobody }',
      /semantic_cache_embedding_model.*nobody/,
    ],
    ['cache_params: { tttl: 1 }', /cache_params\.tttl \(line 4\): unknown key/],
    ['cache_params: { similarity_threshold: 2 }', /expected a number from 0 to 1/],
  ])('%s is a mistake', (litellm, problem) => {
    expect(problemsOf(file(`cache: true, ${litellm}`)).join('\n')).toMatch(problem);
  });
});
