import { MCP_PROVIDER, completionTokens, promptTokens, type UsageEvent } from '@tollgate/contracts';
import { toDollars } from '../dollars.js';

const iso = (time: number): string => new Date(time).toISOString();

/** A ledger row as LiteLLM's `LiteLLM_SpendLogs` has it: dollars as a number, tokens in OpenAI's sums. */
export function spendRow(event: UsageEvent) {
  const { usage } = event;
  const prompt = promptTokens(usage);
  const completion = completionTokens(usage);
  return {
    request_id: event.responseId ?? event.callId,
    call_type: event.provider === MCP_PROVIDER ? 'call_mcp_tool' : 'acompletion',
    api_key: event.keyHash,
    spend: toDollars(event.costNanos ?? 0),
    total_tokens: prompt + completion,
    prompt_tokens: prompt,
    completion_tokens: completion,
    startTime: iso(event.startedAt),
    endTime: iso(event.endedAt),
    completionStartTime: event.firstTokenAt === null ? null : iso(event.firstTokenAt),
    request_duration_ms: event.endedAt - event.startedAt,
    model: event.upstreamModel,
    model_id: event.deploymentId,
    model_group: event.group,
    custom_llm_provider: event.provider,
    api_base: event.apiBase ?? '',
    user: event.userId ?? '',
    team_id: event.teamId,
    organization_id: event.organizationId,
    end_user: event.endUser ?? '',
    request_tags: event.tags,
    cache_hit: event.cacheHit === true ? 'True' : 'False',
    cache_key: '',
    session_id: null,
    status: event.status === 'failed' ? 'failure' : 'success',
    metadata: metadataOf(event, prompt, completion),
  };
}

function metadataOf(event: UsageEvent, prompt: number, completion: number) {
  const { usage } = event;
  return {
    user_api_key: event.keyHash,
    user_api_key_alias: event.keyAlias,
    user_api_key_user_id: event.userId,
    user_api_key_team_id: event.teamId,
    user_api_key_org_id: event.organizationId,
    status: event.status === 'failed' ? 'failure' : 'success',
    usage_object: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: usage.cacheRead, audio_tokens: usage.audioInput },
      completion_tokens_details: { reasoning_tokens: usage.reasoning, audio_tokens: usage.audioOutput },
    },
    additional_usage_values: {
      cache_read_input_tokens: usage.cacheRead,
      cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    error_information: event.errorCode === null ? null : { error_code: event.errorCode },
    // Tollgate's own: what LiteLLM's columns have no place for.
    tollgate_call_id: event.callId,
    tollgate_attempt_id: event.id,
    tollgate_status: event.status,
    tollgate_role: event.role,
    tollgate_arm: event.arm,
    tollgate_requested_model: event.model,
    tollgate_measured: event.measured,
    tollgate_priced: event.costNanos !== null,
    raw_usage: event.rawUsage ?? null,
  };
}

export interface DailySpend {
  readonly day: string;
  readonly keyHash: string;
  readonly userId: string | null;
  readonly model: string;
  readonly spendNanos: number;
}

/** LiteLLM's summary: an object a day, with spend by user, by model, and by key hash beside them. */
export function spendSummary(rows: readonly DailySpend[]): object[] {
  const days = new Map<string, DailySpend[]>();
  for (const row of rows) {
    const ofDay = days.get(row.day);
    if (ofDay === undefined) days.set(row.day, [row]);
    else ofDay.push(row);
  }
  return [...days.entries()]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([day, ofDay]) => ({
      ...sumBy(ofDay, (row) => row.keyHash),
      startTime: day,
      spend: toDollars(ofDay.reduce((sum, row) => sum + row.spendNanos, 0)),
      users: sumBy(ofDay, (row) => row.userId ?? ''),
      models: sumBy(ofDay, (row) => row.model),
    }));
}

function sumBy(rows: readonly DailySpend[], keyOf: (row: DailySpend) => string): Record<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.spendNanos);
  return Object.fromEntries([...sums].map(([key, nanos]) => [key, toDollars(nanos)]));
}
