import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  previewRequest,
  supportedParameters,
  type PreviewedCall,
  type RequestPreview,
} from '@tollgate/contracts';
import { requestPreview } from '@tollgate/providers';
import { Deployments } from '../deployments.js';
import { parametersOf } from './supported-parameters.js';

/** Tells what providers would be asked, for those who look for what a translation makes of a call. */
@Controller()
export class PreviewController {
  constructor(private readonly deployments: Deployments) {}

  @MessagePattern(previewRequest.subject)
  preview(@Payload() { deploymentId, body, ...call }: PreviewedCall): RequestPreview {
    const { connection, deployment } = this.deployments.find(deploymentId);
    return requestPreview(connection, {
      ...{ ...call, attemptId: 'preview', includeUsage: true, headers: {}, options: deployment },
      body: Buffer.from(body),
    });
  }

  @MessagePattern(supportedParameters.subject)
  parameters(@Payload() asked: Pick<PreviewedCall, 'deploymentId' | 'upstreamModel'>): {
    parameters: string[];
  } {
    return { parameters: parametersOf(this.deployments.find(asked.deploymentId), asked.upstreamModel) };
  }
}
