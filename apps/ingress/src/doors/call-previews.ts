import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig, NameIndex, type GatewayConfig, type NamedDeployment } from '@tollgate/config';
import { GatewayError, previewRequest, supportedParameters, type RequestPreview } from '@tollgate/contracts';
import { modelAccessDenied } from '../auth/auth-errors.js';
import type { Caller } from '../auth/caller.js';
import { ModelAccess } from '../auth/model-access.js';
import { routedModel } from '../auth/routed-model.js';
import type { CallRequest } from '../calls/call-request.js';

/** What becomes of calls, told by the workers, who alone know providers: nothing is asked of those. */
@Injectable()
export class CallPreviews {
  private readonly names = new WeakMap<GatewayConfig, NameIndex<NamedDeployment | undefined>>();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly config: LiveConfig,
    private readonly access: ModelAccess,
  ) {}

  /** What the first deployment of the name would be asked. */
  async requestOf({ dialect, model, stream, bytes }: CallRequest, caller: Caller): Promise<RequestPreview> {
    const { deployment, provider, upstreamModel } = this.deploymentOf(model, caller);
    const call = { dialect, model, stream, body: bytes.toString() };
    const question = { deploymentId: deployment.id, upstreamModel, ...call };
    return this.bus.request(previewRequest, question, { address: provider });
  }

  /** OpenAI's parameters that it takes. */
  async parametersOf(model: string, caller: Caller): Promise<readonly string[]> {
    const { deployment, provider, upstreamModel } = this.deploymentOf(model, caller);
    const question = { deploymentId: deployment.id, upstreamModel };
    return (await this.bus.request(supportedParameters, question, { address: provider })).parameters;
  }

  private deploymentOf(named: string, { principal }: Caller): NamedDeployment {
    const config = this.config.current;
    const model = routedModel(named, principal, config.router);
    if (!this.access.allows(principal.models, model)) throw modelAccessDenied(model, principal.models);
    let names = this.names.get(config);
    if (names === undefined) {
      names = new NameIndex(config, ({ members }) => members[0]);
      this.names.set(config, names);
    }
    const found = names.resolve(model);
    if (found === undefined)
      throw new GatewayError('unknown_model', `There is no model '${named}'`, { param: 'model' });
    return found;
  }
}
