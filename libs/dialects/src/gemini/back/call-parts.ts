import { GatewayError } from '@tollgate/contracts';
import { isObject, wordOf, type Json } from '../../json/json.js';
import { setAt } from './partial-arguments.js';

export interface WholeCall {
  /** undefined: Gemini gave none. */
  readonly id: string | undefined;
  readonly name: string;
  readonly args: Json;
  readonly signature: string | undefined;
}

/** Puts function calls together of which Vertex streams the arguments one by one. */
export class CallParts {
  private open: WholeCall | null = null;

  /** The calls that a part makes whole: its own, or one before whose end was not told. */
  push(part: Json, signature: string | undefined): WholeCall[] {
    const begun = typeof part['name'] === 'string' && part['name'] !== '' ? this.begin(part, signature) : [];
    const { open } = this;
    if (open === null) throw nameless();
    const fragments: readonly unknown[] = Array.isArray(part['partialArgs']) ? part['partialArgs'] : [];
    for (const fragment of fragments.filter(isObject)) setAt(open.args, fragment);
    const isContinued = part['willContinue'] === true;
    // NOTE a last fragment does not end a call: an empty part does, or whatever comes next.
    const isWhole = !isContinued && fragments.length === 0;
    return isWhole ? [...begun, ...this.end()] : begun;
  }

  /** A call whose end was not told. */
  end(): WholeCall[] {
    const { open } = this;
    this.open = null;
    return open === null ? [] : [open];
  }

  private begin({ id, name, args }: Json, signature: string | undefined): WholeCall[] {
    const before = this.end();
    this.open = {
      id: typeof id === 'string' && id !== '' ? id : undefined,
      name: wordOf(name),
      args: isObject(args) ? { ...args } : {},
      signature,
    };
    return before;
  }
}

const nameless = (): GatewayError =>
  new GatewayError('upstream_invalid_response', 'The provider sent a tool call without a name');
