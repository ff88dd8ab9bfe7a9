import type { Alert } from '@tollgate/contracts';
import { onBothDatabases, type Stage } from '../ledger/_stage.js';
import { AlertStore } from './alert-store.js';

function suite(stage: Stage): void {
  it('keeps an alert once, as it was first told, and lists the newest first', async () => {
    const alerts = new AlertStore(stage.database);
    const alert = (id: string, at: number): Alert => ({
      id,
      type: 'canary_rolled_back',
      message: `first word of ${id}`,
      at,
      details: { canary: id, nested: [1] },
    });
    expect(await alerts.add([alert('a', 1), alert('b', 2), alert('a', 9)])).toEqual([
      alert('a', 1),
      alert('b', 2),
    ]);
    expect(await alerts.add([{ ...alert('a', 5), message: 'again' }, alert('c', 3)])).toEqual([
      alert('c', 3),
    ]);
    expect(await alerts.list({ type: 'canary_rolled_back', limit: 2 })).toEqual([
      alert('c', 3),
      alert('b', 2),
    ]);
    expect((await alerts.list({ limit: 10 })).map(({ message }) => message)).toContain('first word of a');
  });
}

onBothDatabases('alerts', suite);
