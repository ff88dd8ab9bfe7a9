import { USAGE, readOptions } from './lab-options.js';

describe('the command line of the fault lab', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({ port: 0, host: '127.0.0.1', bench: false, tokens: 32 });
  });

  it('says where to listen and what to answer', () => {
    const args = ['--port', '8099', '--host', '0.0.0.0', '--bench', '--tokens', '5', '--chunk-delay', '20'];
    const wanted = { port: 8_099, host: '0.0.0.0', bench: true, tokens: 5, chunkDelayMs: 20 };
    expect(readOptions(args)).toEqual(wanted);
  });

  it('tells how it is used', () => {
    expect(readOptions(['--help'])).toBe(USAGE);
    for (const option of ['port', 'host', 'bench', 'tokens', 'chunk-delay', 'help'])
      expect(USAGE).toContain(`--${option}`);
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port', 'http'], "--port must be a whole number, not 'http'"],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
