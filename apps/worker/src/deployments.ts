import { Inject, Injectable } from '@nestjs/common';
import {
  ENVIRONMENT,
  GATEWAY_CONFIG,
  resolveSetting,
  type Deployment,
  type Environment,
  type GatewayConfig,
  type Setting,
} from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { connectionTo, findProvider, type Connection, type Settings } from '@tollgate/providers';

/** A deployment and, worked out at its first use, the way to its provider. */
export class DeploymentTarget {
  private known: Connection | undefined;

  constructor(
    readonly deployment: Deployment,
    private readonly variables: Environment['variables'],
  ) {}

  /** Throws a GatewayError when the settings do not suffice; nothing is remembered then. */
  get connection(): Connection {
    this.known ??= this.connect();
    return this.known;
  }

  private connect(): Connection {
    const { deployment } = this;
    const provider = findProvider(deployment.provider);
    if (provider === undefined) {
      throw new GatewayError('provider_unavailable', `No provider is named ${deployment.provider}`);
    }
    const { variables } = provider;
    const settings: Settings = {
      apiKey: this.resolve(deployment.apiKey, variables.apiKey),
      apiBase: this.resolve(deployment.apiBase, variables.apiBase),
      apiVersion: this.resolve(deployment.apiVersion, variables.apiVersion),
      organization: this.resolve(deployment.organization, []),
    };
    const extraHeaders = Object.entries(deployment.extraHeaders).flatMap(([name, setting]) => {
      const value = resolveSetting(setting, this.variables);
      return value === null ? [] : [[name, value]];
    });
    return connectionTo(provider, settings, Object.fromEntries(extraHeaders) as Record<string, string>);
  }

  /** The configured value; the provider's own variables stand in only where nothing is configured. */
  private resolve(setting: Setting | null, fallbacks: readonly string[]): string | null {
    if (setting !== null) return resolveSetting(setting, this.variables);
    return (
      fallbacks.map((name) => this.variables[name]).find((value) => value !== undefined && value !== '') ??
      null
    );
  }
}

/** The configured deployments by id. */
@Injectable()
export class Deployments {
  private readonly targets: ReadonlyMap<string, DeploymentTarget>;

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    @Inject(ENVIRONMENT) { variables }: Environment,
  ) {
    this.targets = new Map(
      config.deployments.map((deployment) => [deployment.id, new DeploymentTarget(deployment, variables)]),
    );
  }

  find(id: string): DeploymentTarget {
    const target = this.targets.get(id);
    if (target === undefined) {
      throw new GatewayError('provider_unavailable', `This worker knows no deployment ${id}`);
    }
    return target;
  }
}
