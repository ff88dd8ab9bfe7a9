import { z } from 'zod';
import { defineRequest } from './contract.js';
import { dialect } from './dialect.js';

const target = z.object({ deploymentId: z.string(), upstreamModel: z.string() });

/** A call as its caller would make it. */
const previewed = target.extend({
  dialect,
  /** As the caller names it. */
  model: z.string(),
  stream: z.boolean(),
  body: z.string(),
});
export type PreviewedCall = z.infer<typeof previewed>;

/** What would go out; secrets are left out. */
const preview = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type RequestPreview = z.infer<typeof preview>;

/**
 * What a provider would be asked; nothing is. Addressed by the provider's name. Fails as the call would: `endpoint_unsupported`,
 * `unsupported_parameter`, `invalid_request`, `deployment_unavailable`.
 */
export const previewRequest = defineRequest('tollgate.preview.request.*', {
  service: 'worker',
  input: previewed,
  reply: preview,
});

/** Which of OpenAI's parameters of chat a deployment takes or has translated. Addressed by the provider's name. */
export const supportedParameters = defineRequest('tollgate.preview.parameters.*', {
  service: 'worker',
  input: target,
  reply: z.object({ parameters: z.array(z.string()) }),
});
