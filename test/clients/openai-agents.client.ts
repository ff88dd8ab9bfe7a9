import {
  Agent,
  OpenAIProvider,
  Runner,
  tool,
  type AgentInputItem,
  type OpenAIProviderOptions,
} from '@openai/agents';
import { TOOL, TOOL_RESULT, type Client, type Place, type ToolRound } from './client.js';
import { OPENAI_ERRORS, openAiAt } from './openai.client.js';

const lookup = tool({
  ...TOOL,
  parameters: { ...TOOL.parameters, additionalProperties: true },
  strict: false,
  execute: () => TOOL_RESULT,
});

function roundOf(history: readonly AgentInputItem[], text: unknown): ToolRound {
  const call = history.find((item) => item.type === 'function_call')!;
  return { name: call.name, arguments: JSON.parse(call.arguments) as unknown, text: String(text) };
}

/** OpenAI's Agents SDK. It runs tools by itself. */
function agents(name: string, useResponses: boolean): Client {
  const runnerAt = (place: Place): Runner => {
    // The SDK has a client of a type of its own, which is this one.
    const openAIClient = openAiAt(place) as unknown as NonNullable<OpenAIProviderOptions['openAIClient']>;
    const modelProvider = new OpenAIProvider({ openAIClient, useResponses });
    return new Runner({ modelProvider, tracingDisabled: true });
  };
  const agentFor = ({ model }: Place): Agent => new Agent({ name: 'Tester', model, tools: [lookup] });
  return {
    name,
    errors: OPENAI_ERRORS,

    async text(place, prompt) {
      return String((await runnerAt(place).run(agentFor(place), prompt)).finalOutput);
    },

    async *stream(place, prompt) {
      const result = await runnerAt(place).run(agentFor(place), prompt, { stream: true });
      yield* result.toTextStream();
      await result.completed;
    },

    async toolRound(place, prompt, stream) {
      if (!stream) {
        const { history, finalOutput } = await runnerAt(place).run(agentFor(place), prompt);
        return roundOf(history, finalOutput);
      }
      const result = await runnerAt(place).run(agentFor(place), prompt, { stream: true });
      await result.completed;
      return roundOf(result.history, result.finalOutput);
    },
  };
}

export const OPENAI_AGENTS: readonly Client[] = [
  agents('@openai/agents, responses', true),
  agents('@openai/agents, chat completions', false),
];
