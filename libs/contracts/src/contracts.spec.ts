import { CONTRACTS, type Contract } from './index.js';
import * as everything from './index.js';

const isContract = (value: unknown): value is Contract =>
  typeof value === 'object' && value !== null && 'subject' in value && 'input' in value;

it('every message that is declared is served: what is not listed is heard by nobody', () => {
  const declared = Object.values<unknown>(everything).filter(isContract);
  const subjects = (contracts: readonly Contract[]): string[] =>
    contracts.map(({ subject }) => subject).sort();
  expect(subjects(declared)).toEqual(subjects(CONTRACTS));
});
