import { GROUP_DEFAULTS, type GroupSettings, type RouterSettings } from '@tollgate/config';
import type { Group } from './group.js';

/** What the config says of a name: as the caller wrote it, of the group that it stands for, or of that group's pattern. */
export function settingsOf(name: string, group: Group, { groups }: RouterSettings): GroupSettings {
  if (groups.size === 0) return GROUP_DEFAULTS;
  return groups.get(name) ?? groups.get(group.name) ?? groups.get(group.configured) ?? GROUP_DEFAULTS;
}
