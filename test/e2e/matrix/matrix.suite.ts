import { BACKS } from './backs.js';
import { Caller, type Subject } from './caller.js';
import { chatFront } from './chat-front.js';
import { ALL_FEATURES, FEATURES } from './features.js';
import { geminiFront } from './gemini-front.js';
import { messagesFront } from './messages-front.js';
import { responsesFront } from './responses-front.js';
import { LIMITS } from './limits.js';
import { Table } from './table.js';

const FRONTS = [chatFront, responsesFront, messagesFront, geminiFront] as const;

/** Every dialect of callers in front of providers of every dialect, feature by feature; prints how each cell went. */
export function describeMatrix(subject: () => Subject, features = ALL_FEATURES): void {
  const table = new Table('Dialects, front × back', features);

  beforeEach(() => {
    subject().lab.reset();
  });
  afterAll(() => table.print(LIMITS));

  describe.each(FRONTS)('a caller of $name', (front) => {
    describe.each(BACKS)('in front of $name', (back) => {
      it.each(features)('%s', async (feature) => {
        const row = `${front.name} × ${back.name}`;
        table.mark(row, feature, 'FAILED');
        await FEATURES[feature](new Caller(subject(), front, back), subject().lab);
        table.mark(row, feature, 'pass');
      });
    });
  });
}
