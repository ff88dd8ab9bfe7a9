import { All, Controller, Req, Res } from '@nestjs/common';
import { providerNames } from '@tollgate/config';
import { GatewayError, type NativeRequest } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { CallService } from '../calls/call.service.js';
import { invalid } from '../calls/request-fields.js';
import { Access } from '../http/access.decorator.js';
import { readNativeRequest } from './native-request.js';
import { readingsOf } from './upward-paths.js';

/** What OpenAI keeps for its callers, below `/v1`. */
const STORED = [
  'files',
  'batches',
  'fine_tuning',
  'uploads',
  'vector_stores',
  'assistants',
  'threads',
  'containers',
];

const KNOWN: ReadonlySet<string> = new Set(providerNames());

/** Prefixes that are spelt otherwise than their providers. */
const PROVIDERS: Readonly<Record<string, string>> = { 'vertex-ai': 'vertex_ai', vllm: 'hosted_vllm' };

/**
 * Providers' own APIs, below their names: bytes go and come as they are, with the gateway's key in place of the provider's, and with
 * usage and cost. Errors of the gateway itself are told in the provider's words.
 */
@Controller()
export class NativeController {
  constructor(private readonly calls: CallService) {}

  @Access('key', 'openai-chat', { anyBody: true })
  @All(['openai/*', 'azure/*', 'mistral/*', 'vllm/*'])
  openAi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Access('key', 'anthropic-messages', { anyBody: true })
  @All('anthropic/*')
  anthropic(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Access('key', 'gemini-content', { anyBody: true })
  @All(['gemini/*', 'vertex_ai/*', 'vertex-ai/*'])
  gemini(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Access('key', 'bedrock-converse', { anyBody: true })
  @All('bedrock/*')
  bedrock(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  @Access('key', 'cohere-chat', { anyBody: true })
  @All('cohere/*')
  cohere(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pass(request, reply);
  }

  /** OpenAI's files, batches and fine-tuning, and what else it keeps; `custom_llm_provider` says whose, where it is not OpenAI's. */
  @Access('key', 'openai-chat', { anyBody: true })
  @All(STORED.flatMap((name) => [`v1/${name}`, `v1/${name}/*`, name, `${name}/*`]))
  stored(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const url = new URL(request.url, 'http://gateway');
    const { searchParams, pathname } = url;
    const asked = searchParams.get('custom_llm_provider') ?? request.headers['custom-llm-provider'];
    const isAnthropic = request.headers['anthropic-version'] !== undefined;
    searchParams.delete('custom_llm_provider');
    const provider = typeof asked === 'string' ? asked : isAnthropic ? 'anthropic' : 'openai';
    // It becomes part of a subject of the bus.
    if (!KNOWN.has(provider))
      throw invalid('custom_llm_provider', "'custom_llm_provider' must be the name of a provider");
    const path = (pathname.startsWith('/v1/') ? pathname : `/v1${pathname}`) + url.search;
    return this.send(request, reply, { provider, path });
  }

  @Access('key', 'anthropic-messages', { anyBody: true })
  @All(['v1/messages/batches', 'v1/messages/batches/*'])
  messageBatches(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, { provider: 'anthropic', path: request.url });
  }

  private pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const [, prefix = ''] = request.url.split('/', 2);
    const provider = PROVIDERS[prefix] ?? prefix;
    const path = withoutKey(request.url.slice(prefix.length + 1));
    return this.send(request, reply, { provider, path });
  }

  private send(
    request: FastifyRequest,
    reply: FastifyReply,
    target: Pick<NativeRequest, 'provider' | 'path'>,
  ): Promise<void> {
    const asked = readNativeRequest(request, target);
    // One account keeps the responses of all: here nobody could tell whose they are.
    if (namesResponse(target.path) && !callerOf(request).principal.isAdmin)
      throw new GatewayError('not_found', 'Responses of others are not shown. Use /v1/responses.');
    return this.calls.take(request, reply, { asked });
  }
}

/** A path of one of OpenAI's responses, however it is written. */
const namesResponse = (path: string): boolean =>
  readingsOf(path.split('?', 1)[0] ?? '').some((text) => /\/responses[/\\]+[^/\\]/i.test(text));

/** The gateway's key, where a client sent it in the query, is not the provider's. */
const withoutKey = (path: string): string =>
  path.replace(/([?&])key=[^&]*(&?)/, (_match, before: string, after: string) =>
    after === '' ? '' : before,
  );
