import { Controller, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { authorityOf } from '../auth/authority.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { storedModelAnswer } from './model-answers.js';
import { readModelChange, readModelDeletion, readNewModel } from './model-request.js';
import { ModelsAdmin } from './models-admin.js';

/** Models at run time, in LiteLLM's shapes. */
@Controller('model')
export class ModelsAdminController {
  constructor(private readonly models: ModelsAdmin) {}

  @Access('admin')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    return storedModelAnswer(
      await this.models.create(readNewModel(readJsonObject(request.body)), authorityOf(request).actor),
    );
  }

  /** What is not named stays as it is: credentials are never shown, so nobody could send them back. */
  @Access('admin')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    return storedModelAnswer(
      await this.models.update(readModelChange(readJsonObject(request.body)), authorityOf(request).actor),
    );
  }

  @Access('admin')
  @Patch(':id/update')
  async patch(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    return storedModelAnswer(
      await this.models.update(readModelChange(readJsonObject(request.body), id), authorityOf(request).actor),
    );
  }

  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const id = readModelDeletion(readJsonObject(request.body));
    await this.models.delete(id, authorityOf(request).actor);
    return { message: `Model: ${id} deleted successfully` };
  }
}
