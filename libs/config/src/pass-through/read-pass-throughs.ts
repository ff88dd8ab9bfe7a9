import { ACCEPTED_PASS_THROUGH } from '../accepted-keys.js';
import { readHeaders } from '../deployments/credentials.js';
import type { Setting } from '../gateway-config.js';
import type { Located } from '../located.js';
import { openSection } from '../named-sections.js';
import { readDollars } from '../routing/spend-limits.js';
import type { ReadContext, Section } from '../section.js';
import { resolveSetting } from '../setting.js';
import type { KeyOf } from '../settings.js';
import type { PassThrough } from './pass-through.js';

const KEY = 'pass_through_endpoints';
type Endpoint = Section<KeyOf<'general_settings.pass_through_endpoints[]'>>;

/** Segments without what a path cannot hold; `/*` at the end is LiteLLM's way of saying `include_subpath`. */
const PATH = /^(?:\/[\w.~!$&'()+,;=:@%-]+)+$/;
const METHOD = /^[A-Z]+$/;

/** `pass_through_endpoints`. */
export function readPassThroughs(general: Section<KeyOf<'general_settings'>>): PassThrough[] {
  const { context } = general;
  const paths = new Set<string>();
  return (general.list(KEY) ?? []).flatMap((node, index) => {
    const endpoint = readEndpoint(node, { path: `${general.pathOf(KEY)}[${index}]`, context });
    if (endpoint === null) return [];
    if (paths.has(endpoint.path)) general.problem(KEY, `${endpoint.path} is there twice`);
    paths.add(endpoint.path);
    return [endpoint];
  });
}

function readEndpoint(
  node: Located,
  at: { readonly path: string; readonly context: ReadContext },
): PassThrough | null {
  const section = openSection<'general_settings.pass_through_endpoints[]'>(node, at);
  if (section === null) return null;
  const path = readPath(section);
  const target = readTarget(section);
  const endpoint = {
    includeSubpath: (section.boolean('include_subpath') ?? false) || isOpen(section),
    forwardHeaders: section.boolean('forward_headers') ?? false,
    headers: readHeaders(section, 'headers'),
    queryDefaults: readQuery(section),
    methods: readMethods(section),
    requestNanos: readDollars(section, 'cost_per_request') ?? 0,
  };
  if (section.boolean('auth') === false) {
    const { path, place } = section.at('auth');
    const why = 'a key is asked for all the same: what its headers hold would be anybody’s';
    section.context.report.warning(path, place, why);
  }
  section.finish(ACCEPTED_PASS_THROUGH);
  return path === null || target === null ? null : { path, target, ...endpoint };
}

const isOpen = (section: Endpoint): boolean => section.text('path')?.endsWith('/*') ?? false;

function readPath(section: Endpoint): string | null {
  const text = section.text('path');
  if (text === null) {
    if (!section.has('path')) section.problem('path', 'is missing');
    return null;
  }
  const path = text.replace(/\/\*?$/, '');
  if (PATH.test(path)) return path;
  section.problem('path', `expected a path such as /search, got ${JSON.stringify(text)}`);
  return null;
}

/** What a URL holds is not told: it may be a password. */
function readTarget(section: Endpoint): Setting | null {
  const setting = section.setting('target');
  if (setting === null) {
    if (!section.has('target')) section.problem('target', 'is missing');
    return null;
  }
  const url = resolveSetting(setting, section.context.variables);
  // NOTE a reference may be to a variable of the workers alone: they check it when they call.
  if (url !== null && !(URL.canParse(url) && /^https?:/i.test(url)))
    section.problem('target', 'must be a URL that begins with http:// or https://');
  return typeof setting === 'string' ? setting.replace(/\/\*?$/, '') : setting;
}

function readQuery(section: Endpoint): Record<string, string> {
  const node = section.map('default_query_params');
  if (node === null) return {};
  const values = section.plain(node, section.pathOf('default_query_params')) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function readMethods(section: Endpoint): Set<string> | null {
  const methods = section.texts('methods').map((method) => method.toUpperCase());
  const wrong = methods.find((method) => !METHOD.test(method));
  if (wrong !== undefined) section.problem('methods', `${JSON.stringify(wrong)} is no method of HTTP`);
  return methods.length === 0 ? null : new Set(methods);
}
