/** Where the model's name stands in a text: its caller's on our side, its own at the provider. */
export const MODEL = '«model»';
/** Where a request says whether it wants a stream. */
export const STREAM = '«stream»';

/** A value of forms that a parser would not write again as they are. */
export const ODD = String.raw`{ "flux":1.0,"big":12345678901234567890, "exp":1E+2,"esc":"\u00e9\/é", "nul" :null,"list":[ ] }`;

/** A way through Tollgate on which nothing is translated. Texts are bytes: whatever is in them must come out at the other side. */
export interface LagPath {
  readonly name: string;
  /** As LiteLLM's users write it, with a model. */
  readonly model: string;
  /** Below the provider's URL. */
  readonly base?: string | undefined;
  readonly path: string;
  readonly streamPath?: string;
  /** A header that is meant for the provider. */
  readonly header?: readonly [name: string, value: string] | undefined;
  /** Of the request; JSON unless told. */
  readonly contentType?: string;
  readonly request: string;
  /** What stands for `STREAM` in a request for a stream. */
  readonly asksStream?: string;
  /** And in one for a whole answer; a member of JSON unless told. */
  readonly asksWhole?: string;
  readonly answer: string;
  /** Of the answer; JSON unless told. */
  readonly answerType?: string;
  readonly stream?: string;
  readonly streamType?: string;
  /** Of a stream that comes otherwise than it goes out: its type at the provider, and its bytes there. */
  readonly wrapping?: { readonly type: string; wrap(text: string): Buffer };
  /** What the gateway makes of a request that it may not send as it is. */
  arrives?(request: string): string;
  /** The provider's own API: its model keeps its name. */
  readonly isNative?: boolean;
}

/** What the provider calls the model. */
export const upstreamName = ({ model }: LagPath): string => model.slice(model.indexOf('/') + 1);

/** The name that callers ask for. */
export const groupOf = (path: LagPath): string =>
  path.isNative === true ? upstreamName(path) : `lag-${path.name}`;

/** Server-sent events of their payloads; an unknown kind of event, a comment and unknown fields among them. */
export function sse(payloads: readonly string[], { named = false, lineEnd = '\n' } = {}): string {
  const events = payloads.map((payload) => {
    const type = /"type": ?"([\w.-]+)"/.exec(payload)?.[1];
    return [...(named && type !== undefined ? [`event: ${type}`] : []), `data: ${payload}`, '', ''];
  });
  const odd = [': zorble is working', '', 'id: 7', 'retry: 10', ...(events[1] ?? [])];
  return [events[0], odd, ...events.slice(2)].flatMap((lines) => lines?.join(lineEnd) ?? []).join('');
}
