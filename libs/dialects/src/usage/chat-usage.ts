import { completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';

/**
 * Disjoint counts from the usage object of an OpenAI-shaped answer (OpenAI, Azure, Ollama and the compatible ones,
 * whose spellings of cached tokens differ). Null when it holds no count of tokens; never throws.
 */
export function usageOfChat(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  const prompt =
    countOf(raw['prompt_tokens']) ?? countOf(raw['input_tokens']) ?? countOf(raw['prompt_eval_count']);
  const completion =
    countOf(raw['completion_tokens']) ?? countOf(raw['output_tokens']) ?? countOf(raw['eval_count']);
  if (prompt === undefined && completion === undefined) return null;
  const untold = untoldTokens(raw, prompt ?? 0, completion ?? 0);
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput } = promptParts(
    raw,
    prompt ?? 0,
    untold.audioInput,
  );
  const { output, reasoning, audioOutput } = completionParts(raw, completion ?? 0, untold.reasoning);
  return {
    // NOTE no spreads: Node 20 takes a microsecond or more for each member that is added to one, and every call comes by here.
    input,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    output,
    reasoning,
    audioOutput,
    searches: firstCount(
      fieldOf(raw['server_tool_use_details'], 'web_search_requests'),
      fieldOf(raw['server_tool_use'], 'web_search_requests'),
      raw['num_search_queries'],
    ),
  };
}

/**
 * Tokens in the total that neither `prompt_tokens` nor `completion_tokens` counts.
 * NOTE Mistral leaves out those of audio, xAI and Gemini those of reasoning (which xAI tells in the details, Gemini not at all).
 */
function untoldTokens(
  raw: Json,
  prompt: number,
  completion: number,
): Pick<Usage, 'audioInput' | 'reasoning'> {
  const untold = Math.max(0, firstCount(raw['total_tokens']) - prompt - completion);
  const isAudio = firstCount(raw['prompt_audio_seconds']) > 0;
  return isAudio ? { audioInput: untold, reasoning: 0 } : { audioInput: 0, reasoning: untold };
}

function promptParts(
  raw: Json,
  prompt: number,
  untoldAudio: number,
): Omit<Usage, 'output' | 'reasoning' | 'audioOutput' | 'searches'> {
  const details = raw['prompt_tokens_details'] ?? raw['input_tokens_details'];
  const takeFrom = remainder(prompt + untoldAudio);
  const cacheRead = takeFrom(
    firstCount(
      fieldOf(details, 'cached_tokens'),
      raw['cache_read_input_tokens'],
      raw['prompt_cache_hit_tokens'],
      raw['cached_tokens'],
      raw['num_cached_tokens'],
    ),
  );
  const cacheWrite = takeFrom(
    firstCount(
      fieldOf(details, 'cache_write_tokens'),
      fieldOf(details, 'cache_creation_tokens'),
      raw['cache_creation_input_tokens'],
    ),
  );
  const audioInput = takeFrom(firstCount(fieldOf(details, 'audio_tokens')) + untoldAudio);
  const oneHour = fieldOf(fieldOf(details, 'cache_creation_token_details'), 'ephemeral_1h_input_tokens');
  const cacheWrite1h = Math.min(firstCount(oneHour), cacheWrite);
  const cacheWrite5m = cacheWrite - cacheWrite1h;
  return { input: takeFrom(Infinity), cacheRead, cacheWrite5m, cacheWrite1h, audioInput };
}

function completionParts(
  raw: Json,
  completion: number,
  untoldReasoning: number,
): Pick<Usage, 'output' | 'reasoning' | 'audioOutput'> {
  const details = raw['completion_tokens_details'] ?? raw['output_tokens_details'];
  const reasoningTold = firstCount(fieldOf(details, 'reasoning_tokens'), raw['reasoning_tokens']);
  const takeFrom = remainder(completion + untoldReasoning);
  const reasoning = takeFrom(Math.max(reasoningTold, untoldReasoning));
  const audioOutput = takeFrom(firstCount(fieldOf(details, 'audio_tokens')));
  return { output: takeFrom(Infinity), reasoning, audioOutput };
}

/** Hands out parts of a total, never more than is left, so that the parts always add up to it. */
function remainder(total: number): (part: number) => number {
  let left = total;
  return (part) => {
    const taken = Math.min(part, left);
    left -= taken;
    return taken;
  };
}

/** OpenAI's usage object, with the Anthropic names of cached tokens beside it as LiteLLM has them. */
export function chatUsageOf(usage: Usage): Json {
  const prompt = promptTokens(usage);
  const completion = completionTokens(usage);
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_creation_tokens: cacheWrite,
      ...(usage.audioInput > 0 && { audio_tokens: usage.audioInput }),
      ...(usage.cacheWrite1h > 0 && {
        cache_creation_token_details: {
          ephemeral_5m_input_tokens: usage.cacheWrite5m,
          ephemeral_1h_input_tokens: usage.cacheWrite1h,
        },
      }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      ...(usage.audioOutput > 0 && { audio_tokens: usage.audioOutput }),
    },
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    ...(usage.searches > 0 && { server_tool_use: { web_search_requests: usage.searches } }),
  };
}
