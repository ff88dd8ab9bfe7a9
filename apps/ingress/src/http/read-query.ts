import { nearest } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import type { z } from 'zod';

/**
 * The parameters of a URL by their schema. Throws `invalid_request` naming the first at fault; an unknown one with the
 * nearest known: a filter that is silently passed over answers another question.
 */
export function readQuery<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  query: unknown,
): z.infer<z.ZodObject<Shape>> {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(query as object).find((param) => !known.includes(param));
  if (unknown !== undefined) throw refusal(unknown, `is no parameter of this route${meant(unknown, known)}`);
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(issue?.path.join('.') ?? 'query', issue?.message ?? 'is invalid');
}

function meant(param: string, known: readonly string[]): string {
  const near = nearest(param, known);
  return near === null ? `, which takes ${known.join(', ')}` : `; did you mean ${near}?`;
}

const refusal = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', `'${param}' ${message}`, { param });
