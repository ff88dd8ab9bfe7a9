import { Controller, Get } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { Access } from '../http/access.decorator.js';

/** The guardrails that there are, in LiteLLM's shape; what they hold of credentials is not told. */
@Controller(['guardrails', 'v2/guardrails'])
export class GuardrailsController {
  constructor(private readonly config: LiveConfig) {}

  @Access('any')
  @Get('list')
  list(): object {
    const guardrails = [...this.config.current.guardrails.values()].map(
      ({ name, label, modes, isDefault, info }) => ({
        guardrail_name: name,
        litellm_params: { guardrail: label, mode: [...modes], default_on: isDefault },
        guardrail_info: info,
      }),
    );
    return { guardrails };
  }
}
