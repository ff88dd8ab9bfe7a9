import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { realtimeInput, type SessionInput } from '@tollgate/contracts';
import { Sessions } from './sessions.js';

@Controller()
export class SessionInputController {
  constructor(private readonly sessions: Sessions) {}

  @MessagePattern(realtimeInput.subject)
  async take(@Payload() input: SessionInput): Promise<object> {
    await this.sessions.take(input);
    return {};
  }
}
