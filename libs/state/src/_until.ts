const LONGEST_MS = 20_000;

/** Resolves when the condition holds. Rejects when it does not for longer than any test should take. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('Waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
