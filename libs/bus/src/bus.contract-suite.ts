import { callSuite } from './contract-suite/call-suite.js';
import { continuationSuite } from './contract-suite/continuation-suite.js';
import { drainSuite } from './contract-suite/drain-suite.js';
import { durableSuite } from './contract-suite/durable-suite.js';
import { forwardSuite } from './contract-suite/forward-suite.js';
import type { BusHarness } from './contract-suite/harness.js';
import { messageSuite } from './contract-suite/message-suite.js';
import { raceSuite } from './contract-suite/race-suite.js';

/** What every adapter of the bus promises. */
export function busContractSuite(harness: BusHarness): void {
  describe('requests and events', () => {
    messageSuite(harness);
  });
  describe('calls', () => {
    callSuite(harness);
  });
  describe('forwarded calls', () => {
    forwardSuite(harness);
  });
  describe('attempts that compete', () => {
    raceSuite(harness);
  });
  describe('answers of several attempts', () => {
    continuationSuite(harness);
  });
  describe('calls that outlast a drain', () => {
    drainSuite(harness);
  });
  describe('durable events', () => {
    durableSuite(harness);
  });
}
