import { bareDeployment } from '../demo-config.js';
import type { Deployment } from '../gateway-config.js';
import { PASS_THROUGH, type PassThrough } from './pass-through.js';

const PREFIX = 'pass-through:';

export const passThroughDeployment = ({ path, target, headers, requestNanos }: PassThrough): Deployment => ({
  ...bareDeployment({
    id: PREFIX + path,
    group: `${PASS_THROUGH}/${path}`,
    provider: PASS_THROUGH,
    model: path,
  }),
  apiBase: target,
  extraHeaders: headers,
  // What it sells has no tokens: without these nothing would be known of its price.
  prices: { input: 0, output: 0, request: requestNanos },
});
