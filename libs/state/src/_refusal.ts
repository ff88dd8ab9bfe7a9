/** How long it took to be refused, and with what. */
export async function refusal(work: Promise<unknown>): Promise<{ milliseconds: number; error: unknown }> {
  const started = performance.now();
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return { milliseconds: performance.now() - started, error };
}
