import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, type CallHeader, type ScopeRecord } from '@tollgate/contracts';
import { ModelAccess } from '../auth/model-access.js';
import { routedModel } from '../auth/routed-model.js';
import { checkScopes } from '../auth/scope-checks.js';
import { Bindings } from '../budgets/bindings.js';
import type { CallContext } from '../http/request-context.js';
import { Admission, type Detour, type Entrance } from './admission.js';
import { CallIntake, type Applicant, type DescribedCall } from './call-intake.js';
import type { Pass } from './pass.js';

/** A call that was let in, with what it may spend in its header. */
export interface EnteredCall {
  readonly header: CallHeader;
  readonly pass: Pass;
}

/** Lets calls in: checks what binds them, and reserves what they may cost. */
@Injectable()
export class CallEntry {
  constructor(
    private readonly intake: CallIntake,
    private readonly bindings: Bindings,
    private readonly access: ModelAccess,
    private readonly admission: Admission,
    private readonly config: LiveConfig,
  ) {}

  /**
   * As it is or, where its budgets do not pay for it and its key wants that, with another model. Rejects with `blocked`,
   * `model_access_denied`, or the errors of `Admission`.
   */
  async enter(call: CallContext, described: DescribedCall, applicant: Applicant): Promise<EnteredCall> {
    const records = await this.bindings.of(applicant.caller, described.header);
    const pass = await this.admit(described, applicant, records);
    if (!('model' in pass)) return this.entered(described.header, pass, applicant);
    const other = this.intake.headerOf(call, applicant, pass.model);
    const otherPass = await this.admit(other, applicant, records, { isFallback: true });
    if ('model' in otherPass) throw nowhereToGo();
    return this.entered(other.header, otherPass, applicant);
  }

  /** A call whose answer is there already: nothing is reserved for it. Rejects as `enter`, but for budgets. */
  async enterFree(described: DescribedCall, applicant: Applicant): Promise<EnteredCall> {
    const records = await this.bindings.of(applicant.caller, described.header);
    const pass = await this.admit(described, applicant, records, { isFree: true });
    if ('model' in pass) throw nowhereToGo();
    return { header: described.header, pass };
  }

  /** A call that the gateway makes for another one's sake: its model is not the caller's choice. Rejects as `enter`. */
  async enterInner(described: DescribedCall, applicant: Applicant): Promise<EnteredCall> {
    const records = await this.bindings.of(applicant.caller, described.header);
    const any = records.map((record) => ({ ...record, models: [] }));
    const pass = await this.admit(described, applicant, any, { isFallback: true, isInner: true });
    if ('model' in pass) throw nowhereToGo();
    return this.entered(described.header, pass, applicant);
  }

  private admit(
    { header, cacheMarked }: DescribedCall,
    { caller }: Applicant,
    records: readonly ScopeRecord[],
    how: Pick<Entrance, 'isFallback' | 'isFree' | 'isInner'> = {},
  ): Promise<Pass | Detour> {
    const model = routedModel(header.model, caller.principal, this.config.current.router);
    checkScopes(records, model, this.access);
    return this.admission.admit({ header, caller, records, model, cacheMarked, ...how });
  }

  private entered(header: CallHeader, pass: Pass, { caller }: Applicant): EnteredCall {
    if (pass.counters.length > 0) header.counters = [...pass.counters];
    if (pass.allowance === null) return { header, pass };
    Object.assign(header, pass.allowance);
    const { budgets, onStateDown } = this.config.current.general;
    const policy = caller.key?.policy;
    header.onStreamOverrun = policy?.onStreamOverrun ?? budgets.onStreamOverrun;
    header.onStateDown = policy?.onStateDown ?? onStateDown;
    return { header, pass };
  }
}

const nowhereToGo = (): GatewayError => new GatewayError('internal', 'Internal server error');
