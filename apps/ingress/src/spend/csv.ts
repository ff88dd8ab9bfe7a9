import type { FastifyReply, FastifyRequest } from 'fastify';

type Row = Record<string, unknown>;

/** Whether the caller wants a table: `format=csv`, or `accept: text/csv`. */
function wantsCsv(request: FastifyRequest): boolean {
  const { format } = request.query as { format?: unknown };
  if (format !== undefined) return format === 'csv';
  return /\btext\/csv\b/i.test(request.headers.accept ?? '');
}

/** Rows as the caller wants them: in the answer, or as a table. */
export function rowsOrCsv<Answer>(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  rows: readonly object[],
  answer: Answer,
): Answer | string {
  if (!wantsCsv(request)) return answer;
  void reply.header('content-type', 'text/csv; charset=utf-8');
  void reply.header('content-disposition', 'attachment; filename="spend.csv"');
  return toCsv(rows as readonly Row[]);
}

/** A table by RFC 4180: columns in the order in which they first appear; what is nested in JSON. */
export function toCsv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns.map(cell), ...rows.map((row) => columns.map((column) => cell(row[column])))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

const SPECIAL = /[",\r\n]/;

/** Spreadsheets would take a text that begins so for a formula. A number is none, whatever its sign. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
