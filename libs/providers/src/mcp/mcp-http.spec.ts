import { movedTo } from './mcp-http.js';

const from = new URL('https://tools.example.com/mcp');

it.each([
  [307, '/mcp/', 'https://tools.example.com/mcp/'],
  [308, 'https://tools.example.com/v2?a=b', 'https://tools.example.com/v2?a=b'],
  // Credentials stay on an encrypted connection where they began on one.
  [307, 'http://tools.example.com/mcp/', 'https://tools.example.com/mcp/'],
  [307, 'https://elsewhere.example.com/mcp', undefined],
  [307, '//elsewhere.example.com/mcp', undefined],
  [302, '/mcp/', undefined],
  [307, undefined, undefined],
])('a server that answers %d with location %s is followed to %s', (status, location, to) => {
  const start = { status, headers: location === undefined ? {} : { location } };
  expect(movedTo(start, from)?.href).toBe(to);
});
