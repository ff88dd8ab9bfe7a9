import { calcPrice, extractUsage, waitForUpdate, type Provider } from '@pydantic/genai-prices';
import type { ToldUsage, UsageShape } from './told-usage.js';

/** The oracle's extractor of a shape. */
const FLAVORS: Readonly<Record<UsageShape, readonly string[]>> = {
  chat: ['chat', 'default'],
  responses: ['responses'],
  embeddings: ['embeddings', 'chat', 'default'],
  message: ['anthropic', 'default'],
  gemini: ['default'],
  converse: ['default'],
  cohere: ['default'],
};

const providers = (await waitForUpdate()) ?? [];
const providerOf = (id: string): Provider | undefined => providers.find((provider) => provider.id === id);

/**
 * What an answer costs in dollars by genai-prices: its own reading of the answer, its own matching of models, its own sums.
 * Null: it reads no usage, or knows no price.
 */
export function oraclePrice(
  providerId: string,
  { shape, answer, model }: ToldUsage,
  at: number,
): number | null {
  const extractor = extractorOf(providerId, FLAVORS[shape]);
  if (extractor === null) return null;
  try {
    const { usage } = extractUsage(extractor.provider, answer, extractor.flavor);
    return calcPrice(usage, model, { providerId, timestamp: new Date(at) })?.total_price ?? null;
  } catch {
    return null;
  }
}

/** Where a provider has no extractor of its own, OpenAI's: it is OpenAI's API that it speaks. */
function extractorOf(
  id: string,
  flavors: readonly string[],
): { readonly provider: Provider; readonly flavor: string } | null {
  for (const provider of [providerOf(id), providerOf('openai')]) {
    const known = provider?.extractors?.map(({ api_flavor: flavor }) => flavor) ?? [];
    const flavor = flavors.find((name) => known.includes(name));
    if (provider !== undefined && flavor !== undefined) return { provider, flavor };
  }
  return null;
}
