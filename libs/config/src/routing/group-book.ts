import { isDeepStrictEqual } from 'node:util';
import { GROUP_DEFAULTS } from '../demo-config.js';
import type { ErrorPolicy, GroupSettings } from '../gateway-config.js';
import type { Place } from '../located.js';
import type { Report } from '../report.js';
import type { GroupNames } from './group-names.js';

type SettingName = keyof GroupSettings;

/** What is said of one model name, and where. */
interface Statement {
  readonly value: GroupSettings[SettingName];
  readonly path: string;
  readonly place: Place;
}

type Page = Map<SettingName, Statement>;

const POLICIES: readonly SettingName[] = ['retryPolicy', 'allowedFailsPolicy'];

/** Collects what is said of each model name: beside its deployments, under its alias, in the router's settings. */
export class GroupBook {
  private readonly pages = new Map<string, Page>();

  constructor(private readonly report: Report) {}

  /** Two different values for one setting of a name are a problem. */
  add(name: string, setting: SettingName, statement: Statement): void {
    const page = this.pageOf(name);
    const known = page.get(setting);
    if (known === undefined) page.set(setting, statement);
    else if (!isDeepStrictEqual(known.value, statement.value)) {
      const other = `${known.path} (${this.report.where(known.place)})`;
      const text = `differs from ${other}; a name has one value for all of its entries`;
      this.report.problem(statement.path, statement.place, text);
    }
  }

  /**
   * The settings of every name that something is said of. What is said of an alias stands over what is said of the name behind
   * it; of a name that a wildcard covers, over what is said of the wildcard. Names with another one behind come first.
   */
  settings(names: GroupNames): Map<string, GroupSettings> {
    const all = [...this.pages.keys()];
    const isOwn = (name: string) => names.behind(name) === undefined;
    const ordered = [...all.filter((name) => !isOwn(name)), ...all.filter(isOwn)];
    return new Map(ordered.map((name) => [name, this.merged(name, names)]));
  }

  /** Reports canaries that lead to where they come from. */
  checkCanaries(names: GroupNames): void {
    for (const [name, page] of this.pages) {
      const statement = page.get('canary');
      const canary = statement?.value as GroupSettings['canary'] | undefined;
      if (statement === undefined || canary === undefined || canary === null) continue;
      if (names.targetOf(canary.to) !== names.targetOf(name)) continue;
      this.report.problem(statement.path, statement.place, `leads to ${name} itself`);
    }
  }

  private merged(name: string, names: GroupNames): GroupSettings {
    const merged = new Map<SettingName, Statement['value']>();
    const seen = new Set<string>();
    for (let at: string | undefined = name; at !== undefined && !seen.has(at); at = names.behind(at)) {
      seen.add(at);
      for (const [setting, { value }] of this.pages.get(at) ?? []) {
        const over = merged.get(setting);
        if (over === undefined) merged.set(setting, value);
        else if (POLICIES.includes(setting)) {
          merged.set(setting, { ...(value as ErrorPolicy), ...(over as ErrorPolicy) });
        }
      }
    }
    return { ...GROUP_DEFAULTS, ...(Object.fromEntries(merged) as Partial<GroupSettings>) };
  }

  private pageOf(name: string): Page {
    let page = this.pages.get(name);
    if (page === undefined) this.pages.set(name, (page = new Map<SettingName, Statement>()));
    return page;
  }
}
