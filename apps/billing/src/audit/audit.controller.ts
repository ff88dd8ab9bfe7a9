import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { listAudit, verifyAudit, type AuditRecord } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { AuditLog, type AuditCheck, type AuditQuery } from './audit-log.js';

/** Lists what administrators changed, and checks that nothing of it was touched since. */
@Controller()
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @MessagePattern(listAudit.subject)
  async list(query: AuditQuery): Promise<{ records: AuditRecord[]; total: number }> {
    return guardDatabase(() => this.log.list(query));
  }

  @MessagePattern(verifyAudit.subject)
  async verify({ after }: { after?: number }): Promise<AuditCheck> {
    return guardDatabase(() => this.log.verify(after));
  }
}
