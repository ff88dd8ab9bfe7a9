/** The one place that reads `process.env`: everything else is handed its variables. */
export const processEnvironment = (): Record<string, string | undefined> => ({ ...process.env });
