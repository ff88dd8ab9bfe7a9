import { load, problemsOf } from '../load-config.test-kit.js';
import { resolveSetting } from '../setting.js';
import { passThroughDeployment } from './pass-through-deployment.js';
import { passThroughOf } from './pass-through.js';

const file = (endpoints: string): string =>
  `model_list: []\ngeneral_settings: { master_key: sk-0123456789abcdef, pass_through_endpoints: [${endpoints}] }`;
const read = (endpoints: string, variables: Record<string, string> = {}) =>
  load(file(endpoints), variables).config.general.passThroughs;

it('reads an endpoint in LiteLLM’s shape, its credentials as references', () => {
  const [endpoint] = read(
    `{ path: /v1/rerank, target: 'https://api.cohere.com/v1/rerank', forward_headers: true, cost_per_request: 0.002,
       headers: { Authorization: 'bearer os.environ/COHERE_API_KEY', accept: application/json },
       default_query_params: { beta: 1 }, methods: [post] }`,
  );
  expect(endpoint).toEqual({
    path: '/v1/rerank',
    target: 'https://api.cohere.com/v1/rerank',
    includeSubpath: false,
    forwardHeaders: true,
    headers: { Authorization: { env: 'COHERE_API_KEY', before: 'bearer ' }, accept: 'application/json' },
    queryDefaults: { beta: '1' },
    methods: new Set(['POST']),
    requestNanos: 2_000_000,
  });
  const { apiBase, prices, extraHeaders } = passThroughDeployment(endpoint!);
  expect([apiBase, prices]).toEqual([
    'https://api.cohere.com/v1/rerank',
    { input: 0, output: 0, request: 2_000_000 },
  ]);
  expect(resolveSetting(extraHeaders['Authorization']!, { COHERE_API_KEY: 'k' })).toBe('bearer k');
  expect(resolveSetting(extraHeaders['Authorization']!, {})).toBeNull();
});

it('finds the endpoint that says most of a path', () => {
  const endpoints = read(
    `{ path: /a, target: 'http://a', include_subpath: true }, { path: /a/b/*, target: 'http://b/*' }, { path: /c, target: 'http://c' }`,
  );
  const targetOf = (path: string) => passThroughOf(endpoints, path)?.target;
  expect(['/a', '/a/x', '/a/b', '/a/b/c/d', '/ab', '/c', '/c/', '/c/d', '/'].map(targetOf)).toEqual([
    ...[
      'http://a',
      'http://a',
      'http://b',
      'http://b',
      undefined,
      'http://c',
      'http://c',
      undefined,
      undefined,
    ],
  ]);
});

it('asks for a key even where LiteLLM would not, and says so', () => {
  const { warnings } = load(file(`{ path: /a, target: 'http://a', auth: false }`));
  expect(warnings.join()).toContain('a key is asked for all the same');
});

it.each([
  [`{ target: 'http://a' }`, 'path (line 2): is missing'],
  [`{ path: a, target: 'http://a' }`, 'expected a path such as /search'],
  [`{ path: /, target: 'http://a' }`, 'expected a path such as /search'],
  [`{ path: /a/*/b, target: 'http://a' }`, 'expected a path such as /search'],
  [`{ path: /a }`, 'target (line 2): is missing'],
  [`{ path: /a, target: 'ftp://user:secret@a' }`, 'must be a URL that begins with http:// or https://'],
  [`{ path: /a, target: 'http://a', methods: [G T] }`, 'is no method of HTTP'],
  [`{ path: /a, target: 'http://a' }, { path: /a/, target: 'http://b' }`, '/a is there twice'],
  [`{ path: /a, target: 'http://a', forward_header: true }`, 'did you mean forward_headers'],
])('refuses %s', (endpoints, problem) => {
  const problems = problemsOf(file(endpoints)).join('\n');
  expect(problems).toContain(problem);
  expect(problems).not.toContain('secret');
});
