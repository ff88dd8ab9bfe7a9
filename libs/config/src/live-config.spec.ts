import { demoConfig } from './demo-config.js';
import type { GatewayConfig } from './gateway-config.js';
import { LiveConfig } from './live-config.js';

const [first, second, third] = [demoConfig(), demoConfig(), demoConfig()];

/** Follows and keeps what it hears. */
function listen(live: LiveConfig): { heard: GatewayConfig[]; stop: () => void } {
  const heard: GatewayConfig[] = [];
  return { heard, stop: live.follow((config) => void heard.push(config)) };
}

describe('LiveConfig', () => {
  it('tells a follower what holds now and what holds later, until it stops', () => {
    const live = new LiveConfig(first);
    const { heard, stop } = listen(live);
    live.replace(second);
    stop();
    live.replace(third);
    expect(heard).toEqual([first, second]);
    expect(heard[1]).toBe(second);
    expect(live.current).toBe(third);
  });

  it('tells the others when one throws, and then tells of that', () => {
    const live = new LiveConfig(first);
    live.follow((config) => {
      if (config === second) throw new Error('no');
    });
    const { heard } = listen(live);
    expect(() => live.replace(second)).toThrow(AggregateError);
    expect(heard).toEqual([first, second]);
    expect(live.current).toBe(second);
    live.replace(third);
    expect(heard.at(-1)).toBe(third);
  });

  it('is not followed by one that throws at once', () => {
    const live = new LiveConfig(first);
    let calls = 0;
    const refuse = () => {
      calls += 1;
      throw new Error('no');
    };
    expect(() => live.follow(refuse)).toThrow('no');
    live.replace(second);
    expect(calls).toBe(1);
  });

  it('ends with the newest for everybody when a follower replaces it in turn', () => {
    const live = new LiveConfig(first);
    const before = listen(live);
    live.follow((config) => {
      if (config === second) live.replace(third);
    });
    const after = listen(live);
    live.replace(second);
    expect(before.heard.at(-1)).toBe(third);
    expect(after.heard).toEqual([first, third]);
  });

  it('may be followed twice by one listener, and each time ends by itself', () => {
    const live = new LiveConfig(first);
    let calls = 0;
    const listener = () => void (calls += 1);
    const stop = live.follow(listener);
    live.follow(listener);
    stop();
    stop();
    live.replace(second);
    expect(calls).toBe(3);
  });
});
