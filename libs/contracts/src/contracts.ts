import { alertRaised, listAlertDeliveries, listAlerts, testAlert } from './alert.contract.js';
import { listAudit, verifyAudit } from './audit.contract.js';
import { extendReservation, oweAttempt, resetSpend, seedCounters } from './budget.contract.js';
import { attemptCall, routeCall } from './call.contract.js';
import type { Contract, Service } from './contract.js';
import {
  createEntry,
  deleteEntries,
  findEntries,
  findScopes,
  listEntries,
  listMembers,
  removeMembers,
  scopesChanged,
  setMembers,
  updateEntry,
} from './directory.contract.js';
import {
  createKey,
  deleteKeys,
  findKey,
  keyChanged,
  listKeys,
  rotateKey,
  updateKey,
} from './key.contract.js';
import { mcpCall, mcpCancelled } from './mcp.contract.js';
import { createModel, deleteModel, listModels, modelsChanged, updateModel } from './model.contract.js';
import { previewRequest, supportedParameters } from './preview.contract.js';
import { realtimeInput } from './realtime.contract.js';
import {
  callExplained,
  canaryReport,
  deploymentReport,
  explainAsked,
  explainCall,
  hedgeReport,
  routerReported,
} from './router.contract.js';
import { listSpend, modelUsage, reportSpend, sumSpend } from './spend.contract.js';
import { usageRecorded } from './usage.contract.js';

/** Every message of the system; each is handled by exactly one service. */
export const CONTRACTS: readonly Contract[] = [
  routeCall,
  attemptCall,
  mcpCall,
  mcpCancelled,
  realtimeInput,
  previewRequest,
  supportedParameters,
  usageRecorded,
  extendReservation,
  oweAttempt,
  seedCounters,
  createKey,
  updateKey,
  rotateKey,
  findKey,
  listKeys,
  deleteKeys,
  keyChanged,
  createEntry,
  updateEntry,
  deleteEntries,
  findEntries,
  listEntries,
  setMembers,
  removeMembers,
  listMembers,
  findScopes,
  scopesChanged,
  resetSpend,
  listAudit,
  verifyAudit,
  listSpend,
  reportSpend,
  sumSpend,
  alertRaised,
  listAlerts,
  listAlertDeliveries,
  testAlert,
  modelUsage,
  callExplained,
  explainAsked,
  explainCall,
  canaryReport,
  hedgeReport,
  deploymentReport,
  routerReported,
  createModel,
  updateModel,
  deleteModel,
  listModels,
  modelsChanged,
];

/** The messages that a service must have a handler for. */
export const contractsOf = (service: Service): readonly Contract[] =>
  CONTRACTS.filter((contract) => contract.service === service || contract.service === 'every');
