import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, type CallHeader, type ScopeRecord } from '@tollgate/contracts';
import { ModelAccess } from '../auth/model-access.js';
import { routedModel } from '../auth/routed-model.js';
import { checkScopes } from '../auth/scope-checks.js';
import { Bindings } from '../budgets/bindings.js';
import type { CallContext } from '../http/request-context.js';
import { when } from '../when.js';
import { Admission } from './admission.js';
import { CallIntake, type Applicant, type DescribedCall } from './call-intake.js';
import type { Detour, Entrance } from './entrance.js';
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
   * As it is or, where its budgets do not pay for it and its key wants that, with another model. At once where all that binds it
   * is known here. Rejects, or throws, with `blocked`, `model_access_denied`, or the errors of `Admission`.
   */
  enter(
    call: CallContext,
    described: DescribedCall,
    applicant: Applicant,
  ): EnteredCall | Promise<EnteredCall> {
    return when(this.bindings.of(applicant.caller, described.header), (records) =>
      when(this.admit(described, applicant, records), (pass) =>
        'model' in pass
          ? this.enterOther(this.intake.headerOf(call, applicant, pass.model), applicant, records)
          : this.entered(described.header, pass, applicant),
      ),
    );
  }

  /** A call whose answer is there already: nothing is reserved for it. Rejects, or throws, as `enter`, but for budgets. */
  enterFree(described: DescribedCall, applicant: Applicant): EnteredCall | Promise<EnteredCall> {
    return when(this.bindings.of(applicant.caller, described.header), (records) =>
      when(this.admit(described, applicant, records, { isFree: true }), (pass) => {
        if ('model' in pass) throw nowhereToGo();
        return { header: described.header, pass };
      }),
    );
  }

  /** A call that the gateway makes for another one's sake: its model is not the caller's choice. Rejects as `enter`. */
  async enterInner(described: DescribedCall, applicant: Applicant): Promise<EnteredCall> {
    const records = await this.bindings.of(applicant.caller, described.header);
    const any = records.map((record) => ({ ...record, models: [] }));
    const pass = await this.admit(described, applicant, any, { isFallback: true, isInner: true });
    if ('model' in pass) throw nowhereToGo();
    return this.entered(described.header, pass, applicant);
  }

  /** With another model, for which there is no other one again. */
  private async enterOther(
    described: DescribedCall,
    applicant: Applicant,
    records: readonly ScopeRecord[],
  ): Promise<EnteredCall> {
    const pass = await this.admit(described, applicant, records, { isFallback: true });
    if ('model' in pass) throw nowhereToGo();
    return this.entered(described.header, pass, applicant);
  }

  private admit(
    { header, cacheMarked }: DescribedCall,
    { caller }: Applicant,
    records: readonly ScopeRecord[],
    how: Pick<Entrance, 'isFallback' | 'isFree' | 'isInner'> = {},
  ): Pass | Detour | Promise<Pass | Detour> {
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
