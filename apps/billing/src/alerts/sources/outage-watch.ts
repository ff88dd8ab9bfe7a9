import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig, type OutageSettings } from '@tollgate/config';
import type { Alert } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { DATABASE } from '../../tokens.js';

/** An outage is told once in this time, of each level. */
const QUIET_MS = 10 * 60_000;

/** A region has an outage when more than one of its deployments fails. */
const LEAST_DEPLOYMENTS = 2;

interface FailureRow {
  readonly deployment_id: string;
  readonly name: string;
  readonly provider: string;
  readonly region: string | null;
  readonly failures: number;
}

/** Failures of each deployment since `$1` that are its provider's own: routers tell of them once a minute, each of its own calls. */
const FAILURES = `
  select line->>'deploymentId' as deployment_id, min(line->>'group') as name, min(line->>'provider') as provider,
    min(line->>'region') as region, sum((line->>'count')::int)::int as failures
  from alert, jsonb_array_elements(details->'lines') as line
  where type = 'llm_exceptions' and at > $1 and line->>'isOutage' = 'true'
  group by 1`;

/** Adds up what all routers tell of failures, and finds outages of deployments and of regions. */
@Injectable()
export class OutageWatch {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly config: LiveConfig,
  ) {}

  /** The outages that show now that these alerts are kept. Their ids are those of alerts that were told before, if they were. */
  async outagesAfter(alerts: readonly Alert[], now: number): Promise<Alert[]> {
    if (!alerts.some(({ type }) => type === 'llm_exceptions')) return [];
    const { outages } = this.config.current.general.alerting;
    const failing = await this.failuresSince(now - outages.windowMs);
    const regional =
      outages.regionWindowMs === outages.windowMs
        ? failing
        : await this.failuresSince(now - outages.regionWindowMs);
    return [...deploymentOutages(failing, outages, now), ...regionOutages(regional, outages, now)];
  }

  private failuresSince(since: number): Promise<FailureRow[]> {
    return this.database.dataSource.query<FailureRow[]>(FAILURES, [since]);
  }
}

const levelOf = (failures: number, { minor, major }: OutageSettings): 'major' | 'minor' | null =>
  failures >= major ? 'major' : failures >= minor ? 'minor' : null;

function deploymentOutages(rows: readonly FailureRow[], settings: OutageSettings, now: number): Alert[] {
  return rows.flatMap(({ deployment_id: deploymentId, name, provider, region, failures }) => {
    const level = levelOf(failures, settings);
    if (level === null) return [];
    return {
      id: `outage:${deploymentId}:${level}:${Math.floor(now / QUIET_MS)}`,
      type: 'outage_alerts' as const,
      message: `${titleOf(level)} outage: ${name} at ${provider} (${deploymentId}) failed ${failures} times within a minute or two`,
      at: now,
      details: { deploymentId, group: name, provider, region, level, failures },
    };
  });
}

function regionOutages(rows: readonly FailureRow[], settings: OutageSettings, now: number): Alert[] {
  const regions = new Map<string, FailureRow[]>();
  for (const row of rows) {
    if (row.region === null) continue;
    const key = `${row.provider} ${row.region}`;
    regions.set(key, [...(regions.get(key) ?? []), row]);
  }
  return [...regions].flatMap(([key, members]) => {
    const failures = members.reduce((sum, member) => sum + member.failures, 0);
    const level = members.length < LEAST_DEPLOYMENTS ? null : levelOf(failures, settings);
    if (level === null) return [];
    const deployments = members.map((member) => member.deployment_id).sort();
    return {
      id: `region-outage:${key}:${level}:${Math.floor(now / QUIET_MS)}`,
      type: 'region_outage_alerts' as const,
      message: `${titleOf(level)} outage of region ${key}: ${deployments.length} deployments failed ${failures} times within a minute or two`,
      at: now,
      details: { region: members[0]?.region, provider: members[0]?.provider, level, failures, deployments },
    };
  });
}

const titleOf = (level: 'major' | 'minor'): string => (level === 'major' ? 'Major' : 'Minor');
