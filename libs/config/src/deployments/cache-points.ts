import type { CachePoint } from '../gateway-config.js';
import { openSection } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';

const KEY = 'cache_control_injection_points';
const EPHEMERAL = { type: 'ephemeral' };

/** `cache_control_injection_points`. */
export function readCachePoints(params: Section<KeyOf<'model_list[].litellm_params'>>): CachePoint[] {
  const { context } = params;
  return (params.list(KEY) ?? []).flatMap((node, place) => {
    const at = { path: `${params.pathOf(KEY)}[${place}]`, context };
    const section = openSection<'model_list[].litellm_params.cache_control_injection_points[]'>(node, at);
    if (section === null) return [];
    const location = section.choice('location', ['message', 'tool_config'] as const) ?? 'message';
    const control = section.map('control');
    const point: CachePoint = {
      at: location === 'message' ? 'message' : 'tools',
      role: section.text('role'),
      index: section.number('index', { min: -Infinity, integer: true }),
      control:
        control === null
          ? EPHEMERAL
          : (section.plain(control, section.pathOf('control')) as CachePoint['control']),
    };
    section.finish(new Set());
    if (point.at === 'message' && point.role === null && point.index === null)
      section.problem('role', 'is missing: which messages are marked is told by role or index');
    return [point];
  });
}
