import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tollgate/bus';
import { listModels, type StoredModel } from '@tollgate/contracts';
import { storedModelsRead, storedModelsUnread } from '../events.js';
import type { ConfigKeeper } from './config-keeper.js';

/** The net below the events: news may be lost. */
const REFRESH_MS = 30_000;
/** How often the connection to the bus is looked at: news is lost while it is away. */
const LOOK_MS = 100;
const FIRST_RETRY_MS = 25;
const LAST_RETRY_MS = 1_000;
/** A process may wait this long to be ready: until then it would deny models that exist. */
const READY_MS = 2_000;

/** Reads the stored models from billing: at start, whenever they change, and every half minute. What was read last holds. */
export class StoredModels implements OnApplicationBootstrap, OnModuleDestroy {
  private isStopped = false;
  private wake: () => void = () => undefined;
  /** Set when the process is up: the first making of a database takes longer than anybody should wait. */
  private readyBy = Infinity;
  private running: Promise<void> | undefined;
  private isStale = true;
  private read = '';
  private hasRead = false;
  private hasWarned = false;
  private wasConnected = true;
  private timers: NodeJS.Timeout[] = [];

  /** @param bus null: this process serves no models. */
  constructor(
    private readonly bus: Bus | null,
    private readonly keeper: ConfigKeeper,
  ) {}

  /** Does not wait: the gateway serves the file's models whether billing is there or not. */
  onApplicationBootstrap(): void {
    if (this.bus === null) return;
    this.readyBy = performance.now() + READY_MS;
    void this.refresh();
    this.timers = [
      setInterval(() => void this.refresh(), REFRESH_MS).unref(),
      setInterval(() => this.look(), LOOK_MS).unref(),
    ];
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.wake();
    for (const timer of this.timers) clearInterval(timer);
  }

  /** False while a process that just started has not read them yet, for a bounded time. */
  isReady(): boolean {
    return this.hasRead || this.bus === null || performance.now() > this.readyBy;
  }

  /** Reads them now. Resolves when what was stored before the call is part of the config, or the process ends. */
  async refresh(): Promise<void> {
    if (this.bus === null) return;
    // A reading that is under way may have begun before the change: another one follows it.
    this.isStale = true;
    this.wake();
    this.running ??= this.readUntilFresh(this.bus);
    await this.running;
  }

  private async readUntilFresh(bus: Bus): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (this.isStale && !this.isStopped) {
      this.isStale = false;
      try {
        this.take(await fetchModels(bus));
      } catch (cause) {
        this.isStale = true;
        this.warn(cause);
        await this.pause(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
    this.running = undefined;
  }

  /** Ends early when there is news, or the process ends. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private take({ models, version }: Fetched): void {
    // A database that was put back may have the same version with other models.
    const read = JSON.stringify([version, ...models.map(({ id, updatedAt }) => [id, updatedAt])]);
    if (this.hasWarned || (!this.hasRead && models.length > 0)) storedModelsRead(models.length);
    this.hasRead = true;
    this.hasWarned = false;
    if (read === this.read) return;
    this.read = read;
    this.keeper.replaceModels(models);
  }

  private warn(cause: unknown): void {
    // While everything starts, billing may be the last one.
    if (this.hasWarned || !this.isReady()) return;
    this.hasWarned = true;
    storedModelsUnread(cause);
  }

  private look(): void {
    const connected = this.bus?.isConnected() ?? false;
    if (connected && !this.wasConnected) void this.refresh();
    this.wasConnected = connected;
  }
}

interface Fetched {
  readonly models: readonly StoredModel[];
  readonly version: number;
}

const requestPage = (bus: Bus, after: string | null) => bus.request(listModels, { after });

/** All pages of one version. */
async function fetchModels(bus: Bus): Promise<Fetched> {
  const models: StoredModel[] = [];
  let version: number | undefined;
  let after: string | null = null;
  do {
    const page = await requestPage(bus, after);
    version ??= page.version;
    if (page.version !== version) return fetchModels(bus);
    models.push(...page.models);
    after = page.next;
  } while (after !== null);
  return { models, version };
}
