/** The guardrails that the metadata of a key or a team choose. */
export function guardrailNames(metadata: Readonly<Record<string, unknown>> | undefined): string[] {
  const names = metadata?.['guardrails'];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}
