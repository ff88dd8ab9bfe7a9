import { createHash } from 'node:crypto';
import { NO_USAGE, type Usage, type UsageEvent } from '@tollgate/contracts';
import { ORIGIN } from './context.js';
import type { Row } from './source.js';
import { countOf, nanosOf, objectOf, textOf, textsOf, timeOf } from './values.js';

/** What an index takes with room to spare; responses of some providers have names of kilobytes. */
const LONGEST_ID = 1_000;
/** Before there was anything to call; such a time is a clock's fault. */
const FIRST_TIME = Date.UTC(2020, 0, 1);
const DAY_MS = 86_400_000;

/** A row of LiteLLM_SpendLogs as an event of ours, the same however often it is read; or why it is none. */
export function usageOfLog(row: Row, now: number): UsageEvent | string {
  const requestId = textOf(row['request_id']);
  const calledAt = timeOf(row['startTime']);
  const costNanos = nanosOf(row['spend']);
  if (requestId === null) return 'it has no request_id';
  if (calledAt === null || calledAt < FIRST_TIME || calledAt > now + DAY_MS)
    return 'its startTime is no time';
  if (costNanos === null || costNanos < 0) return 'its spend is no amount';
  const metadata = objectOf(row['metadata']);
  const endedAt = Math.max(calledAt, timeOf(row['endTime']) ?? calledAt);
  const firstTokenAt = timeOf(row['completionStartTime']);
  const streams = firstTokenAt !== null && firstTokenAt >= calledAt && firstTokenAt < endedAt;
  const hasFailed = row['status'] === 'failure' || metadata['status'] === 'failure';
  const callId = `${ORIGIN.deploymentPrefix}${boundedId(requestId)}`;
  return {
    id: `${callId}:1`,
    callId,
    responseId: boundedId(requestId),
    status: hasFailed ? 'failed' : 'complete',
    measured: true,
    ...usageOf(row, metadata),
    costNanos,
    ...modelOf(row),
    ...callerOf(row, metadata),
    ...{ stream: streams, calledAt, startedAt: calledAt, endedAt },
    firstTokenAt: streams ? firstTokenAt : null,
    errorCode: hasFailed ? errorOf(metadata) : null,
    ...{ role: 'primary', arm: null, serviceTier: null },
    ...(/^true$/i.test(String(row['cache_hit'])) && { cacheHit: true }),
  };
}

const boundedId = (id: string): string =>
  id.length <= LONGEST_ID ? id : createHash('sha256').update(id).digest('hex');

function modelOf(row: Row) {
  const model = textOf(row['model']) ?? 'unknown';
  const group = textOf(row['model_group']) ?? model;
  return {
    model: group,
    group,
    upstreamModel: model,
    deploymentId: `${ORIGIN.deploymentPrefix}${textOf(row['model_id']) ?? model}`,
    provider: textOf(row['custom_llm_provider']) ?? 'unknown',
    apiBase: textOf(row['api_base']),
  };
}

/** Columns that are newer than their values are looked for in the metadata. */
function callerOf(row: Row, metadata: Row) {
  const key = textOf(row['api_key']) ?? textOf(metadata['user_api_key']) ?? 'unknown';
  return {
    // Rows of early versions hold keys as they are.
    keyHash: key.startsWith('sk-') ? createHash('sha256').update(key).digest('hex') : key,
    keyAlias: textOf(metadata['user_api_key_alias']),
    userId: textOf(row['user']) ?? textOf(metadata['user_api_key_user_id']),
    teamId: textOf(row['team_id']) ?? textOf(metadata['user_api_key_team_id']),
    organizationId: textOf(row['organization_id']) ?? textOf(metadata['user_api_key_org_id']),
    projectId: textOf(metadata['user_api_key_project_id']),
    endUser: textOf(row['end_user']),
    tags: [...new Set(textsOf(row['request_tags']))],
  };
}

const errorOf = (metadata: Row): string => {
  const { error_code: code, error_class: name } = objectOf(metadata['error_information']);
  return textOf(code) ?? textOf(name) ?? 'failure';
};

/** Disjoint counts whose sums are LiteLLM's columns, whatever the details say. */
function usageOf(row: Row, metadata: Row): { usage: Usage; rawUsage: unknown } {
  const raw = objectOf(metadata['usage_object']);
  const more = objectOf(metadata['additional_usage_values']);
  const prompt = objectOf(raw['prompt_tokens_details'] ?? more['prompt_tokens_details']);
  const completion = objectOf(raw['completion_tokens_details'] ?? more['completion_tokens_details']);
  const take = shareOf(countOf(row['prompt_tokens']));
  const give = shareOf(countOf(row['completion_tokens']));
  const named = (field: string): number => countOf(raw[field]) || countOf(more[field]);
  const usage: Usage = {
    ...NO_USAGE,
    cacheRead: take(named('cache_read_input_tokens') || countOf(prompt['cached_tokens'])),
    cacheWrite5m: take(named('cache_creation_input_tokens') || countOf(prompt['cache_creation_tokens'])),
    audioInput: take(countOf(prompt['audio_tokens'])),
    input: take(Infinity),
    reasoning: give(countOf(completion['reasoning_tokens'])),
    audioOutput: give(countOf(completion['audio_tokens'])),
    output: give(Infinity),
  };
  return { usage, rawUsage: Object.keys(raw).length > 0 ? raw : null };
}

/** Takes parts of a whole until nothing is left of it. */
function shareOf(whole: number): (wanted: number) => number {
  let left = whole;
  return (wanted) => {
    const part = Math.min(left, wanted);
    left -= part;
    return part;
  };
}
