import { AdminChanges } from '../audit/admin-changes.js';
import { AuditController } from '../audit/audit.controller.js';
import { AuditLog } from '../audit/audit-log.js';
import { KeyAdmin } from '../keys/key-admin.js';
import { KeyController } from '../keys/key.controller.js';
import { KeyStore } from '../keys/key-store.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryStore } from './directory-store.js';
import { EntryAdmin } from './entry-admin.js';
import { MembershipController } from './membership.controller.js';
import { MembershipAdmin } from './membership-admin.js';
import { RunningCounters } from './running-counters.js';
import { ScopeController } from './scope.controller.js';
import { ScopeFinder } from './scope-finder.js';
import { SpendResetController } from './spend-reset.controller.js';
import { SpendReset } from './spend-reset.js';

/** Who calls and what binds them: keys, the directory, and the log of their changes. */
export const DIRECTORY_CONTROLLERS = [
  AuditController,
  DirectoryController,
  KeyController,
  MembershipController,
  ScopeController,
  SpendResetController,
];

export const DIRECTORY_PROVIDERS = [
  AdminChanges,
  AuditLog,
  DirectoryStore,
  EntryAdmin,
  KeyAdmin,
  KeyStore,
  MembershipAdmin,
  RunningCounters,
  ScopeFinder,
  SpendReset,
];
