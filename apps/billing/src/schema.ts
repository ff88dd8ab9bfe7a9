import type { DatabaseSchema } from '@tollgate/database';
import { FailedJobs1790000000008, JobTable1790000000001 } from '@tollgate/jobs';
import { AlertEntry } from './entities/alert.entity.js';
import { AuditRow } from './entities/audit-record.entity.js';
import { DirectoryRow } from './entities/directory-entry.entity.js';
import { MembershipRow } from './entities/membership.entity.js';
import { StoredModel } from './entities/stored-model.entity.js';
import { VirtualKey } from './entities/virtual-key.entity.js';
import { InitialSchema1790000000000 } from './migrations/1790000000000-initial-schema.js';
import { AttemptRoles1790000000002 } from './migrations/1790000000002-attempt-roles.js';
import { SpendIndexes1790000000003 } from './migrations/1790000000003-spend-indexes.js';
import { StoredModels1790000000004 } from './migrations/1790000000004-stored-models.js';
import { KeyRouting1790000000005 } from './migrations/1790000000005-key-routing.js';
import { ModelUsageIndex1790000000006 } from './migrations/1790000000006-model-usage-index.js';
import { Alerts1790000000007 } from './migrations/1790000000007-alerts.js';
import { OwnersAndLimits1790000000009 } from './migrations/1790000000009-owners-and-limits.js';
import { Directory1790000000010 } from './migrations/1790000000010-directory.js';
import { KeyLives1790000000011 } from './migrations/1790000000011-key-lives.js';
import { Audit1790000000012 } from './migrations/1790000000012-audit.js';
import { PartitionedLedger1790000000013 } from './migrations/1790000000013-partitioned-ledger.js';
import { SpendRollups1790000000014 } from './migrations/1790000000014-spend-rollups.js';
import { ImageCounts1790000000015 } from './migrations/1790000000015-image-counts.js';
import { ScopeDays1790000000016 } from './migrations/1790000000016-scope-days.js';
import { AlertDeliveries1790000000017 } from './migrations/1790000000017-alert-deliveries.js';
import { ImportProgress1790000000020 } from './migrations/1790000000020-import-progress.js';
import { CacheHits1790000000021 } from './migrations/1790000000021-cache-hits.js';

/** The tables of billing and how they came to be. A migration that was released is never changed: add another. */
export const BILLING_SCHEMA: DatabaseSchema = {
  entities: [AlertEntry, AuditRow, DirectoryRow, MembershipRow, VirtualKey, StoredModel],
  migrations: [
    InitialSchema1790000000000,
    JobTable1790000000001,
    AttemptRoles1790000000002,
    SpendIndexes1790000000003,
    StoredModels1790000000004,
    KeyRouting1790000000005,
    ModelUsageIndex1790000000006,
    Alerts1790000000007,
    FailedJobs1790000000008,
    OwnersAndLimits1790000000009,
    Directory1790000000010,
    KeyLives1790000000011,
    Audit1790000000012,
    PartitionedLedger1790000000013,
    SpendRollups1790000000014,
    ImageCounts1790000000015,
    ScopeDays1790000000016,
    AlertDeliveries1790000000017,
    ImportProgress1790000000020,
    CacheHits1790000000021,
  ],
};
