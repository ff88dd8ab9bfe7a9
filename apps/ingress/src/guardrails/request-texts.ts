import { boundaryOf, spliceMultipart } from '@tollgate/dialects';
import type { CallRequest } from '../calls/call-request.js';
import type { Json } from '../calls/request-rules.js';
import type { SaidText } from './said-text.js';
import { jsonTexts, withTexts } from './texts/json-texts.js';
import { REQUEST_ROOTS } from './texts/text-keys.js';

/** The texts of a request, and the request with others in their places. */
export interface RequestTexts {
  readonly texts: readonly SaidText[];
  with(others: readonly string[]): CallRequest;
}

/** Fields of forms that a model reads. */
const FORM_FIELDS = ['prompt', 'input', 'instructions'] as const;

/** What is neither JSON nor one of our forms has no texts: a provider's own API may take anything. */
export function requestTexts(asked: CallRequest): RequestTexts {
  const { contentType, native } = asked;
  if (contentType === undefined || (native !== undefined && /json/i.test(contentType))) return ofJson(asked);
  return native === undefined ? ofForm(asked, contentType) : { texts: [], with: () => asked };
}

function ofJson(asked: CallRequest): RequestTexts {
  const source = asked.bytes.toString('utf8');
  // A request of a provider's own API may have no body, or one that the provider will refuse.
  const texts = Object.keys(asked.body).length === 0 ? [] : jsonTexts(source, REQUEST_ROOTS);
  return {
    texts,
    with: (others) => {
      const changeable = texts.map(({ text, isSealed }, index) =>
        isSealed ? text : (others[index] ?? text),
      );
      const written = withTexts(source, texts, changeable);
      if (written === source) return asked;
      return { ...asked, bytes: Buffer.from(written), body: JSON.parse(written) as Json };
    },
  };
}

function ofForm(asked: CallRequest, contentType: string): RequestTexts {
  const fields = FORM_FIELDS.flatMap((name) => {
    const text = asked.body[name];
    return typeof text === 'string' && text !== '' ? [{ name, text, role: null }] : [];
  });
  return {
    texts: fields,
    with: (others) => {
      const changed = fields.flatMap(({ name, text }, index) => {
        const other = others[index] ?? text;
        return other === text ? [] : [[name, other] as const];
      });
      const boundary = boundaryOf(contentType);
      if (changed.length === 0 || boundary === null) return asked;
      const edits = Object.fromEntries(changed);
      return {
        ...asked,
        bytes: spliceMultipart(asked.bytes, boundary, edits),
        body: { ...asked.body, ...edits },
      };
    },
  };
}
