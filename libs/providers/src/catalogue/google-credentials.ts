import { GatewayError } from '@tollgate/contracts';
import { readFileSync } from 'node:fs';
import type { Settings } from '../provider.js';

/** A credentials file of Google's: a service account's, a workload identity's, a user's. */
export type GoogleCredentials = Readonly<Record<string, unknown>>;

/**
 * The credentials that a deployment names, as JSON or as the path of a file; null: it names none, and the machine's own count.
 * Throws `deployment_unavailable` where they cannot be read; the text is a secret and is not told.
 */
export function googleCredentialsOf({ more }: Settings): GoogleCredentials | null {
  const setting = (more['vertex_credentials'] ?? more['vertex_ai_credentials'])?.trim() ?? '';
  if (setting === '') return null;
  const text = setting.startsWith('{') ? setting : textOfFile(setting);
  const credentials = parse(text);
  if (credentials === null) throw unusable('are no JSON object');
  return credentials;
}

function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unusable('cannot be read from their file', cause);
  }
}

function parse(text: string): GoogleCredentials | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as GoogleCredentials)
      : null;
  } catch {
    return null;
  }
}

const unusable = (problem: string, cause?: unknown): GatewayError =>
  new GatewayError('deployment_unavailable', `The vertex_credentials ${problem}`, { cause });

/** The project that the credentials belong to; null: they do not say. */
export function projectOf(credentials: GoogleCredentials | null): string | null {
  const project = credentials?.['project_id'] ?? credentials?.['quota_project_id'];
  return typeof project === 'string' && project !== '' ? project : null;
}
