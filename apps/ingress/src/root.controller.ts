import { Controller, Get } from '@nestjs/common';
import { Access } from './http/access.decorator.js';

/** What a person or a probe sees who opens the gateway's address. */
@Controller()
export class RootController {
  @Access('public')
  @Get()
  root(): object {
    return { name: 'tollgate', status: 'running', models: '/v1/models', chat: '/v1/chat/completions' };
  }
}
