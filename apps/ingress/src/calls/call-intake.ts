import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { modelAccessDenied } from '../auth/auth-errors.js';
import type { Caller } from '../auth/caller.js';
import { ModelAccess } from '../auth/model-access.js';
import { routedModel } from '../auth/routed-model.js';
import type { CallContext } from '../http/request-context.js';
import { Deprecations, isPast, modelSunset } from '../models/deprecations.js';
import { ModelNames } from '../models/model-names.js';
import { buildCallHeader, type DescribedCall } from './call-header.js';
import { newCallId } from './call-id.js';
import type { CallRequest } from './call-request.js';
import { clientCallId } from './forwarded-headers.js';

export type { DescribedCall };

/** A request that wants to be a call. */
export interface Applicant {
  readonly headers: IncomingHttpHeaders;
  readonly asked: CallRequest;
  readonly caller: Caller;
}

/** Makes a call of a request: its names, and whether its caller may make it. The same for calls and for dry runs. */
@Injectable()
export class CallIntake {
  constructor(
    private readonly live: LiveConfig,
    private readonly access: ModelAccess,
    private readonly names: ModelNames,
    private readonly deprecations: Deprecations,
  ) {}

  /** What is known of a call before it is checked: errors are answered with it too. */
  describe({ headers, asked, caller }: Applicant): CallContext {
    const id = newCallId();
    const { router } = this.live.current;
    return {
      id,
      clientId: clientCallId(headers) ?? id,
      modelLabel: this.names.isKnown(asked.model) ? asked.model : 'other',
      notice: this.deprecations.of(routedModel(asked.model, caller.principal, router)),
      startedAt: performance.now(),
    };
  }

  /** The header of the call; `named`: the model, where it is not the request's. Throws `model_access_denied`, `model_sunset` or `invalid_request`. */
  headerOf(
    { id, notice }: CallContext,
    { headers, asked, caller }: Applicant,
    named: string = asked.model,
  ): DescribedCall {
    const { models } = caller.principal;
    const config = this.live.current;
    const model = asked.native === undefined ? routedModel(named, caller.principal, config.router) : named;
    if (!this.allows(models, model, asked)) throw modelAccessDenied(model, models);
    if (notice !== undefined && isPast(notice, Date.now())) throw modelSunset(model, notice);
    return buildCallHeader({
      id,
      headers,
      asked: named === asked.model ? asked : { ...asked, model: named },
      caller,
      config,
    });
  }

  /** A request of a provider's own API names its model as the provider does; one without a model needs the provider whole. */
  private allows(models: readonly string[], model: string, { native, deploymentId }: CallRequest): boolean {
    if (native === undefined || deploymentId !== undefined) return this.access.allows(models, model);
    const slash = model.indexOf('/');
    if (slash < 0)
      return models.length === 0 || models.includes(`${model}/*`) || this.access.allows(models, '*');
    return this.access.allows(models, model) || this.access.allows(models, model.slice(slash + 1));
  }
}
