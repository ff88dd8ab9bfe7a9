/**
 * The tool that stands in for structured output where Anthropic has none: its input is the answer. The answer's side knows
 * the name, so that neither side needs to remember the request.
 */
export const JSON_ANSWER_TOOL = 'tollgate_json_answer';
