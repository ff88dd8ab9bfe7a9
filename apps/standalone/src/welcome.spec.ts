import { demoConfig, readEnvironment } from '@tollgate/config';
import type { MasterKeyOrigin } from '@tollgate/app';
import { welcome } from './welcome.js';

const KEY = 'sk-0123456789abcdef';

interface Stage {
  readonly origin: MasterKeyOrigin;
  readonly isTerminal?: boolean;
  readonly argv?: readonly string[];
  readonly names?: readonly string[];
}

function greet({ origin, isTerminal = false, argv = [], names = ['demo'] }: Stage): string {
  const demo = demoConfig();
  const deployments = names.map((group) => ({ ...demo.deployments[0]!, group }));
  const config = { ...demo, deployments, general: { ...demo.general, masterKey: KEY } };
  const environment = readEnvironment({ TOLLGATE_DATA: '/data' }, argv);
  return welcome(
    { url: 'http://localhost:4000', config, environment, masterKeyOrigin: origin },
    { isTerminal },
  );
}

const own = (isNew: boolean): MasterKeyOrigin => ({ kind: 'own', file: '/data/master-key', isNew });

describe('welcome', () => {
  it('shows a key that was just made, with a line to paste', () => {
    const text = greet({ origin: own(true) });
    expect(text).toContain(`key       ${KEY}`);
    expect(text).toContain(`-H "authorization: Bearer ${KEY}"`);
    expect(text).toContain(`-d '{"model":"demo",`);
    expect(text).toContain('Models of your own: npm start -- --config tollgate.yaml');
  });

  it('shows it again to a person alone: what is printed ends up in logs', () => {
    expect(greet({ origin: own(false), isTerminal: true })).toContain(KEY);
    const text = greet({ origin: own(false) });
    expect(text).not.toContain(KEY);
    expect(text).toContain('key       in /data/master-key');
    expect(text).toContain(`-H "authorization: Bearer $(cat '/data/master-key')"`);
  });

  it('never shows a key that was given', () => {
    const fromVariable = greet({
      origin: { kind: 'variable', name: 'LITELLM_MASTER_KEY' },
      isTerminal: true,
    });
    expect(fromVariable).not.toContain(KEY);
    expect(fromVariable).toContain('-H "authorization: Bearer $LITELLM_MASTER_KEY"');
    const fromConfig = greet({ origin: { kind: 'config' }, isTerminal: true });
    expect(fromConfig).not.toContain(KEY);
    expect(fromConfig).toContain('-H "authorization: Bearer $MASTER_KEY"');
  });

  it('names the config that was given in place of advice to give one', () => {
    const text = greet({ origin: own(true), argv: ['--config', '/etc/tollgate.yaml'] });
    expect(text).toContain('config    /etc/tollgate.yaml');
    expect(text).not.toContain('npm start');
  });

  it('calls a model that can be called by its name, quoted for a shell', () => {
    expect(greet({ origin: own(true), names: ['openai/*', "Bob's"] })).toContain(`-d '{"model":"Bob'\\''s",`);
    expect(greet({ origin: own(true), names: ['*'] })).not.toContain('curl');
  });
});
