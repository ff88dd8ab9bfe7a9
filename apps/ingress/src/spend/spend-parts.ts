import { CostController } from './cost.controller.js';
import { DailyActivityController } from './daily-activity.controller.js';
import { GlobalActivityController } from './global-activity.controller.js';
import { GlobalReportController } from './global-report.controller.js';
import { GlobalSpendController } from './global-spend.controller.js';
import { ProviderBudgetsController } from './provider-budgets.controller.js';
import { ScopeSpendController } from './scope-spend.controller.js';
import { SpendController } from './spend.controller.js';
import { SpendLogsController } from './spend-logs.controller.js';

/** What was spent, by whom and on what. */
export const SPEND_CONTROLLERS = [
  CostController,
  DailyActivityController,
  GlobalActivityController,
  GlobalReportController,
  GlobalSpendController,
  ProviderBudgetsController,
  ScopeSpendController,
  SpendController,
  SpendLogsController,
] as const;
