import { ACCEPTED_GUARDRAIL_PARAMS } from '../accepted-keys.js';
import { innerSection, openSection } from '../named-sections.js';
import { didYouMean, nearest } from '../nearest.js';
import type { Deployment } from '../gateway-config.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { GUARDRAIL_MODES, type Guardrail, type GuardrailMode } from './guardrail-settings.js';
import { RULE_READERS } from './read-rule.js';

type Params = Section<KeyOf<'guardrails[].litellm_params'>>;

/** They are sent in headers and lists. */
const NAME = /^[\w .:/-]{1,128}$/;
const KINDS = Object.keys(RULE_READERS) as (keyof typeof RULE_READERS)[];
/** There is nothing here that only logs, and none of these is a call of a model. */
const WITHOUT_EFFECT = new Set([
  'logging_only',
  'pre_mcp_call',
  'during_mcp_call',
  'realtime_input_transcription',
]);

/**
 * `guardrails` by name, in the order of the file. One that cannot be run is a problem, and so is one that a deployment names and
 * that is not there: nothing would be guarded.
 */
export function readGuardrails(
  places: readonly [Section<KeyOf<''>>, Section<KeyOf<'litellm_settings'>>],
  deployments: readonly Deployment[],
): Map<string, Guardrail> {
  const guardrails = new Map<string, Guardrail>();
  for (const section of places.flatMap(sectionsOf)) {
    const guardrail = readGuardrail(section);
    if (guardrail === null) continue;
    if (guardrails.has(guardrail.name)) section.problem('guardrail_name', 'is the name of another one too');
    guardrails.set(guardrail.name, guardrail);
  }
  const named = new Set(deployments.flatMap((deployment) => deployment.guardrails));
  const [root] = places;
  for (const name of [...named].filter((one) => !guardrails.has(one)))
    root.problem('model_list', `names the guardrail ${JSON.stringify(name)}, which is not among guardrails`);
  return guardrails;
}

/** LiteLLM reads them in either place. */
const sectionsOf = (
  place: Section<KeyOf<''>> | Section<KeyOf<'litellm_settings'>>,
): Section<KeyOf<'guardrails[]'>>[] =>
  (place.list('guardrails') ?? []).flatMap((node, index) => {
    const path = `${place.pathOf('guardrails')}[${index}]`;
    return openSection<'guardrails[]'>(node, { path, context: place.context }) ?? [];
  });

function readGuardrail(section: Section<KeyOf<'guardrails[]'>>): Guardrail | null {
  const name = section.text('guardrail_name');
  const params = innerSection<'guardrails[].litellm_params'>(section, 'litellm_params');
  const shown = section.map('guardrail_info');
  const info =
    shown === null
      ? null
      : (section.plain(shown, section.pathOf('guardrail_info')) as object as Record<string, unknown>);
  section.finish(new Set(['guardrail_id']));
  if (!section.has('guardrail_name')) section.problem('guardrail_name', 'is missing');
  else if (name !== null && !NAME.test(name))
    section.problem('guardrail_name', 'expected letters, digits, spaces and _ . : / - alone');
  if (!section.has('litellm_params')) section.problem('litellm_params', 'is missing');
  if (params === null) return null;
  const label = readLabel(params);
  const rule = label === null ? null : RULE_READERS[label](params);
  const modes = readModes(params);
  const isDefault = params.boolean('default_on') ?? false;
  if (label !== null) params.finish(ACCEPTED_GUARDRAIL_PARAMS);
  return name === null || label === null || rule === null
    ? null
    : { name, label, modes, isDefault, rule, info };
}

/** The kind by its name; null after reporting. Without one nobody knows which keys there are: only what looks like it is told. */
function readLabel(params: Params): (typeof KINDS)[number] | null {
  const label = params.choice('guardrail', KINDS);
  if (params.has('guardrail')) return label;
  const meant = params.rest().find(([key]) => nearest(key, ['guardrail']) !== null);
  if (meant === undefined) params.problem('guardrail', 'is missing');
  else params.context.report.unknownKey(params.pathOf(meant[0]), meant[1].place, ['guardrail']);
  return null;
}

function readModes(params: Params): Set<GuardrailMode> {
  if (!params.has('mode')) return new Set(['pre_call']);
  const modes = new Set<GuardrailMode>();
  for (const word of params.texts('mode')) {
    const mode = GUARDRAIL_MODES.find((known) => known === word);
    if (mode !== undefined) modes.add(mode);
    else if (WITHOUT_EFFECT.has(word))
      params.context.report.warning(
        params.pathOf('mode'),
        params.placeOf('mode'),
        `${word} has no effect yet`,
      );
    else {
      const meant = didYouMean(word, [...GUARDRAIL_MODES, ...WITHOUT_EFFECT]);
      params.problem('mode', `expected ${GUARDRAIL_MODES.join(', ')} or a list of them${meant}`);
    }
  }
  return modes;
}
