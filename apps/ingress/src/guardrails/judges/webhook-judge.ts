import { SIGNATURE_HEADER, signatureOf } from '@tollgate/app';
import { resolveSetting, type LiveVariables, type Setting, type WebhookRule } from '@tollgate/config';
import { z } from 'zod';
import { guardrailAsked } from '../../events.js';
import { violation } from '../guardrail-errors.js';
import type { Judge, JudgedTexts } from '../judge.js';

/** LiteLLM's, below the address of the config. */
const PATH = '/beta/litellm_basic_guardrail_api';

const verdict = z.object({
  action: z.enum(['NONE', 'BLOCKED', 'GUARDRAIL_INTERVENED']),
  blocked_reason: z.string().nullish(),
  texts: z.array(z.string()).nullish(),
});

/** Asks a service that speaks LiteLLM's generic guardrail API. */
export function webhookJudge(name: string, rule: WebhookRule, variables: LiveVariables): Judge {
  return async (judged) => {
    const { action, blocked_reason: reason, texts } = await ask(rule, variables, judged);
    if (action === 'BLOCKED') throw violation(name, reason ?? 'blocked');
    if (action === 'NONE' || !texts) return null;
    if (texts.length !== judged.texts.length) throw new Error('Its verdict has another number of texts');
    guardrailAsked(name, 'masked');
    return texts;
  };
}

async function ask(
  rule: WebhookRule,
  variables: LiveVariables,
  judged: JudgedTexts,
): Promise<z.infer<typeof verdict>> {
  const resolved = (setting: Setting | null): string | null =>
    resolveSetting(setting, variables.current) ?? null;
  const body = JSON.stringify(questionOf(rule, judged));
  const [apiKey, secret] = [resolved(rule.apiKey), resolved(rule.secret)];
  const headers = Object.entries(rule.headers).flatMap(([header, value]) => {
    const text = resolved(value);
    return text === null ? [] : [[header, text] as const];
  });
  const address = (resolved(rule.url) ?? '').replace(/\/$/, '');
  const response = await fetch(address.endsWith(PATH) ? address : `${address}${PATH}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'tollgate',
      ...Object.fromEntries(headers),
      ...(apiKey !== null && { 'x-api-key': apiKey }),
      ...(secret !== null && { [SIGNATURE_HEADER]: signatureOf(body, secret, Date.now()) }),
    },
    body,
    // A redirect would carry the texts to an address that nobody configured.
    redirect: 'manual',
    signal: AbortSignal.timeout(rule.timeoutMs),
  });
  if (response.ok) return verdict.parse(await response.json());
  await response.body?.cancel();
  throw new Error(`It answered with status ${response.status}`);
}

function questionOf({ parameters }: WebhookRule, { texts, said, call, applicant }: JudgedTexts): object {
  const { principal } = applicant.caller;
  return {
    texts: texts.map(({ text }) => text),
    images: [],
    request_data: {
      user_api_key_hash: principal.keyHash,
      user_api_key_alias: principal.keyAlias,
      user_api_key_user_id: principal.userId,
      user_api_key_team_id: principal.teamId,
      user_api_key_org_id: principal.organizationId,
      user_api_key_end_user_id: applicant.asked.endUser,
    },
    model: applicant.asked.model,
    input_type: said,
    litellm_call_id: call.clientId,
    litellm_trace_id: call.id,
    additional_provider_specific_params: parameters,
  };
}
