import { SETTINGS } from './settings.js';
import type { SettingRow } from './settings/setting-row.js';

/** `SETTINGS.md`, up to the padding of its tables (which prettier sets). */
export function settingsReference(): string {
  const sections = Object.entries<Record<string, SettingRow>>(SETTINGS).map(([name, rows]) => {
    const lines = Object.entries(rows).map(
      ([key, [byDefault, meaning]]) => `| \`${key}\` | ${byDefault} | ${meaning} |`,
    );
    return [
      `## ${name === '' ? 'Top level' : name}`,
      '',
      '| key | default | meaning |',
      '|---|---|---|',
      ...lines,
    ];
  });
  return `${[INTRODUCTION, ...sections.map((lines) => lines.join('\n'))].join('\n\n')}\n`;
}

const INTRODUCTION = `# Settings

The keys of the config file that do something; made from \`src/settings.ts\` by \`node libs/config/generate-settings.mjs\`.
Other keys of a LiteLLM file are accepted with a warning; what is neither is an error. Any value may be \`os.environ/NAME\`.
Parameters of requests (\`temperature\`, \`max_tokens\` and so on) may stand in \`litellm_params\` as defaults: a client's own value wins.
One that is spelled like a known key is taken for a typo; \`extra_body\` takes any field.
A default of "the name's" is what is said of the model name, else the router's. A \`*\` in a section's title stands for any name. Times are
seconds and may have a fraction.`;
