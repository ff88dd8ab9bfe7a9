import { Inject, Injectable } from '@nestjs/common';
import {
  ENVIRONMENT,
  LiveConfig,
  LiveVariables,
  nativeDeploymentById,
  openDeployment,
  resolveSetting,
  VAULT,
  VaultError,
  type Deployment,
  type Environment,
  type GatewayConfig,
  type Setting,
  type Variables,
  type Vault,
} from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { connectionTo, findProvider, type Connection, type Settings } from '@tollgate/providers';
import { credentialsUnreadable, credentialsUnreadableNow } from './events.js';

/** A deployment and, worked out at its first use, the way to its provider. */
export class DeploymentTarget {
  private known: Connection | undefined;

  constructor(
    readonly deployment: Deployment,
    private readonly variables: Variables,
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
      throw new GatewayError('deployment_unavailable', `No provider is named ${deployment.provider}`);
    }
    const { variables } = provider;
    const settings: Settings = {
      apiKey: this.resolve(deployment.apiKey, variables.apiKey),
      apiBase: this.resolve(deployment.apiBase, variables.apiBase),
      apiVersion: this.resolve(deployment.apiVersion, variables.apiVersion),
      organization: this.resolve(deployment.organization, []),
      more: this.more(variables.more ?? {}),
    };
    const extraHeaders = Object.entries(deployment.extraHeaders).flatMap(([name, setting]) => {
      const value = resolveSetting(setting, this.variables);
      return value === null ? [] : [[name, value]];
    });
    return connectionTo(provider, settings, Object.fromEntries(extraHeaders) as Record<string, string>);
  }

  private more(variables: Readonly<Record<string, readonly string[]>>): Record<string, string> {
    const { providerSettings } = this.deployment;
    const known = Object.entries(variables).flatMap(([name, fallbacks]) => {
      const value = this.resolve(providerSettings[name] ?? null, fallbacks);
      return value === null ? [] : [[name, value] as const];
    });
    return Object.fromEntries(known);
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

/** The deployments that hold now, by id, their credentials opened. */
@Injectable()
export class Deployments {
  private targets: ReadonlyMap<string, DeploymentTarget> = new Map();
  /** Deployments that cannot be opened, and why. */
  private closed: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly config: LiveConfig,
    private readonly variables: LiveVariables,
    @Inject(VAULT) private readonly vault: Vault | null,
    @Inject(ENVIRONMENT) private readonly environment: Pick<Environment, 'providers'>,
  ) {
    config.follow((now) => this.take(now));
  }

  /** Attempts keep what they found, whatever the config becomes. Throws a GatewayError. */
  find(id: string): DeploymentTarget {
    const target = this.targets.get(id);
    if (target !== undefined) return target;
    const native = nativeDeploymentById(this.config.current, id);
    if (native !== null && this.serves(native.provider))
      return new DeploymentTarget(native, this.variables.current);
    const reason = this.closed.has(id)
      ? `This worker cannot open the credentials of deployment ${id}`
      : `This worker knows no deployment ${id}`;
    throw new GatewayError('deployment_unavailable', reason);
  }

  private take({ deployments }: GatewayConfig): void {
    const targets = new Map<string, DeploymentTarget>();
    const closed = new Map<string, string>();
    for (const deployment of deployments.filter(({ provider }) => this.serves(provider))) {
      const opened = this.open(deployment, closed);
      if (opened !== null) targets.set(deployment.id, new DeploymentTarget(opened, this.variables.current));
    }
    this.targets = targets;
    this.closed = closed;
    credentialsUnreadableNow(closed.size);
  }

  /** A worker for certain providers has no business with the credentials of others. */
  private serves(provider: string): boolean {
    return provider === '*' || (this.environment.providers?.includes(provider) ?? true);
  }

  private open(deployment: Deployment, closed: Map<string, string>): Deployment | null {
    try {
      return openDeployment(deployment, this.vault);
    } catch (cause) {
      if (!(cause instanceof VaultError)) throw cause;
      if (this.closed.get(deployment.id) !== cause.message) credentialsUnreadable(deployment, cause.message);
      closed.set(deployment.id, cause.message);
      return null;
    }
  }
}
