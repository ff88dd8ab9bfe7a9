import { describeWithServers, startDistributed, startGateway } from '@tollgate/testing';

export interface RunningGateway {
  readonly url: string;
  stop(): Promise<void>;
}

export type StartGateway = (config: string, env: Record<string, string>) => Promise<RunningGateway>;

/** The same tests before the gateway in one process and before the one of five. */
export function describeBothModes(what: string, suite: (start: StartGateway) => void): void {
  describe(`${what}, embedded`, () => {
    suite((config, env) => startGateway({ mode: 'embedded', config, env }));
  });
  describeWithServers(`${what}, distributed`, () => {
    suite((config, env) => startDistributed({ config, env }));
  });
}
