import { completionTokens, promptTokens, type Usage } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';
import { remainder } from './remainder.js';

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
  const promptCounts = promptParts(raw, prompt ?? 0, untold.audioInput);
  const completionCounts = completionParts(raw, completion ?? 0, untold.reasoning);
  return {
    // NOTE no spreads: Node 20 takes a microsecond or more for each member that is added to one, and every call comes by here.
    input: promptCounts.input,
    cacheRead: promptCounts.cacheRead,
    cacheWrite5m: promptCounts.cacheWrite5m,
    cacheWrite1h: promptCounts.cacheWrite1h,
    audioInput: promptCounts.audioInput,
    imageInput: promptCounts.imageInput,
    output: completionCounts.output,
    reasoning: completionCounts.reasoning,
    audioOutput: completionCounts.audioOutput,
    imageOutput: completionCounts.imageOutput,
    searches: searchesOf(raw),
    fileSearches: firstCount(fieldOf(raw['server_side_tool_usage_details'], 'file_search_calls')),
  };
}

function searchesOf(raw: Json): number {
  // NOTE xAI searches the web and X apart, at one price.
  const ownTools = raw['server_side_tool_usage_details'];
  if (isObject(ownTools)) {
    return firstCount(ownTools['web_search_calls']) + firstCount(ownTools['x_search_calls']);
  }
  return firstCount(
    fieldOf(raw['server_tool_use_details'], 'web_search_requests'),
    fieldOf(raw['server_tool_use'], 'web_search_requests'),
    raw['num_search_queries'],
  );
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
): Pick<Usage, 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'audioInput' | 'imageInput'> {
  // Transcriptions spell it in a way of their own.
  const details = raw['prompt_tokens_details'] ?? raw['input_tokens_details'] ?? raw['input_token_details'];
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
  const imageInput = takeFrom(firstCount(fieldOf(details, 'image_tokens')));
  const oneHour = fieldOf(fieldOf(details, 'cache_creation_token_details'), 'ephemeral_1h_input_tokens');
  const cacheWrite1h = Math.min(firstCount(oneHour), cacheWrite);
  const cacheWrite5m = cacheWrite - cacheWrite1h;
  return { input: takeFrom(Infinity), cacheRead, cacheWrite5m, cacheWrite1h, audioInput, imageInput };
}

function completionParts(
  raw: Json,
  completion: number,
  untoldReasoning: number,
): Pick<Usage, 'output' | 'reasoning' | 'audioOutput' | 'imageOutput'> {
  const details = raw['completion_tokens_details'] ?? raw['output_tokens_details'];
  const reasoningTold = firstCount(fieldOf(details, 'reasoning_tokens'), raw['reasoning_tokens']);
  const takeFrom = remainder(completion + untoldReasoning);
  const reasoning = takeFrom(Math.max(reasoningTold, untoldReasoning));
  const audioOutput = takeFrom(firstCount(fieldOf(details, 'audio_tokens')));
  const imageOutput = takeFrom(firstCount(fieldOf(details, 'image_tokens')));
  return { output: takeFrom(Infinity), reasoning, audioOutput, imageOutput };
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
      ...(usage.imageInput > 0 && { image_tokens: usage.imageInput }),
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
      ...(usage.imageOutput > 0 && { image_tokens: usage.imageOutput }),
    },
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    ...(usage.searches > 0 && { server_tool_use: { web_search_requests: usage.searches } }),
  };
}
