/** What Bedrock's Converse lets a model do depends on who made it. */
export type ModelFamily = 'claude' | 'nova' | 'nova-2' | 'qwen' | 'open' | 'older' | 'unknown';

const MAKER =
  /(?:^|[./])(?:amazon|meta|cohere|ai21|writer|mistral|deepseek|openai|google|nvidia|minimax|moonshot|moonshotai|zai)\./;

/** Makers of models with open weights, and those of their models that came before Converse could hold an answer to a schema. */
const OPEN = /(?:^|[./])(?:mistral|deepseek|openai|google|nvidia|minimax|moonshot|moonshotai|zai)\./;
const BEFORE_SCHEMAS = /mistral-7b|mixtral|mistral-(?:small|large)-24|pixtral|deepseek\.r1/;

/** Read from the model's name (`us.anthropic.claude-…`, `amazon.nova-…`); unknown for what has none, such as a profile's ARN. */
export function familyOf(model: string): ModelFamily {
  if (model.includes('claude')) return 'claude';
  if (model.includes('amazon.nova-2')) return 'nova-2';
  if (model.includes('amazon.nova')) return 'nova';
  if (/(?:^|[./])qwen\./.test(model)) return 'qwen';
  if (OPEN.test(model) && !BEFORE_SCHEMAS.test(model)) return 'open';
  return MAKER.test(model) ? 'older' : 'unknown';
}

/** Others refuse a request with a cache point, which only steers the cost. */
export const cachesPrompts = (family: ModelFamily): boolean =>
  family === 'claude' || family === 'nova' || family === 'nova-2' || family === 'unknown';

/** Nova keeps no tools in its cache. */
export const cachesTools = (family: ModelFamily): boolean => family === 'claude' || family === 'unknown';
