import type {
  ResponseFunctionToolCall,
  ResponseInputItem,
  ResponseOutputItem,
} from 'openai/resources/responses/responses';
import { TOOL, TOOL_RESULT, type Client } from './client.js';
import { OPENAI_ERRORS, openAiAt } from './openai.client.js';

const isCall = (item: ResponseOutputItem): item is ResponseFunctionToolCall => item.type === 'function_call';

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
    const input: ResponseInputItem[] = [{ role: 'user', content }];
    const asked = { model: place.model, input, tools };
    const called = await (stream ? responses.stream(asked).finalResponse() : responses.create(asked));
    const output: ResponseOutputItem[] = called.output;
    const call = output.find(isCall)!;
    input.push(...(output as ResponseInputItem[]), {
      type: 'function_call_output',
      call_id: call.call_id,
      output: TOOL_RESULT,
    });
    const { output_text: text } = await responses.create(asked);
    return { name: call.name, arguments: JSON.parse(call.arguments) as unknown, text };
  },
};
