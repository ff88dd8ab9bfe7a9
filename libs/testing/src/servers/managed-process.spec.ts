import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce, ROOT } from '../gateway/build.js';
import { ManagedProcess } from './managed-process.js';

/** A zombie that nobody waited for is as dead as one that is gone. */
function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    // It is gone, or was a moment ago.
    return false;
  }
}

const node = (script: string): ManagedProcess =>
  new ManagedProcess({
    command: process.execPath,
    args: ['-e', script],
    stopSignal: 'SIGTERM',
    killSignal: 'SIGKILL',
  });

describe('a managed process', () => {
  it('is waited for by its output, kills and restarts', async () => {
    const child = node('console.log("up " + process.pid); setInterval(() => undefined, 1000)');
    child.start();
    await child.until('a greeting', () => /up (\d+)/.exec(child.logs())?.[1], 5000);
    const { pid } = child;
    await child.kill();
    expect([child.pid, alive(pid)]).toEqual([0, false]);
    child.start();
    expect(child.running).toBe(true);
    await child.stop();
    expect(child.running).toBe(false);
  });

  it('says what a process wrote that ended too early', async () => {
    const child = node('console.error("no such luck"); process.exit(3)');
    child.start();
    await expect(child.until('a greeting', () => undefined, 5000)).rejects.toThrow(
      /ended before.*\n.*no such luck/,
    );
    expect(child.exitCode).toBe(3);
  });

  it('ends when its owner is killed with -9, and its folder goes too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-guard-'));
    buildOnce();
    const script = `
      import { ManagedProcess } from './libs/testing/dist/servers/managed-process.js';
      const args = ['-e', 'setInterval(() => undefined, 1000)'];
      const signals = { stopSignal: 'SIGTERM', killSignal: 'SIGKILL' };
      const child = new ManagedProcess({ command: process.execPath, args, ...signals, folder: process.argv[1] });
      child.start();
      console.log(child.pid);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, '--', folder], { cwd: ROOT });
    const [text] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(text.toString());
    expect(alive(pid)).toBe(true);
    owner.kill('SIGKILL');
    const deadline = Date.now() + 5000;
    while ((alive(pid) || existsSync(folder)) && Date.now() < deadline)
      await new Promise((resolve) => setImmediate(resolve));
    expect([alive(pid), existsSync(folder)]).toEqual([false, false]);
  });
});
