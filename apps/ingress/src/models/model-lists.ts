/** A date long past and the same for every model, as in LiteLLM: clients need one and nobody knows it. */
const CREATED = 1_677_610_602;

export const openAiModel = (id: string) => ({
  id,
  object: 'model' as const,
  created: CREATED,
  owned_by: 'openai',
});

export const openAiList = (ids: readonly string[]) => ({
  object: 'list' as const,
  data: ids.map(openAiModel),
});

export const anthropicModel = (id: string) => ({
  type: 'model' as const,
  id,
  display_name: id,
  created_at: new Date(CREATED * 1_000).toISOString(),
});

export const anthropicList = (ids: readonly string[]) => ({
  data: ids.map(anthropicModel),
  has_more: false,
  first_id: ids[0] ?? null,
  last_id: ids.at(-1) ?? null,
});

export const geminiModel = (id: string) => ({
  name: `models/${id}`,
  displayName: id,
  supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent'],
});

export const geminiList = (ids: readonly string[]) => ({ models: ids.map(geminiModel) });
