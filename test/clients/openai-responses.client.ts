import type OpenAI from 'openai';
import { TOOL, TOOL_RESULT, type Client } from './client.js';
import { OPENAI_ERRORS, openAiAt } from './openai.client.js';

const tools = [{ type: 'function' as const, ...TOOL, strict: false }];

export const openAiResponses: Client = {
  name: 'openai, responses',
  errors: OPENAI_ERRORS,

  async text(place, input) {
    return (await openAiAt(place).responses.create({ model: place.model, input })).output_text;
  },

  async *stream(place, input) {
    const events = openAiAt(place).responses.stream({ model: place.model, input });
    for await (const event of events) if (event.type === 'response.output_text.delta') yield event.delta;
  },

  async toolRound(place, content, stream) {
    const { responses } = openAiAt(place);
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content }];
    const asked = { model: place.model, input, tools };
    const called = await (stream ? responses.stream(asked).finalResponse() : responses.create(asked));
    const call = called.output.find((item) => item.type === 'function_call')!;
    input.push(...called.output, {
      type: 'function_call_output',
      call_id: call.call_id,
      output: TOOL_RESULT,
    });
    const { output_text: text } = await responses.create(asked);
    return { name: call.name, arguments: JSON.parse(call.arguments) as unknown, text };
  },
};
