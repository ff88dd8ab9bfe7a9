import { checkServed } from './answers.js';
import { isObject } from './checks.js';
import { DIALECT_CHECKS } from './dialect-checks.js';
import { dialectOf } from './dialect-of.js';
import { checkNative } from './dialects/native.js';
import { allRecordings } from './recordings.js';
import { checkRefusal } from './refusals.js';
import { describeRecordings } from './suite.js';

describeRecordings('all recordings', allRecordings(), (recording) => {
  const dialect = dialectOf(recording);
  if (recording.status > 299) {
    checkRefusal(recording, dialect);
    return [];
  }
  const { answer, request } = DIALECT_CHECKS[dialect] ?? {};
  if (answer === undefined) return checkNative(recording);
  const reasons = [
    answer(recording, dialect),
    isWhole(recording.request) ? request?.(recording, dialect) : 'the recording has no whole request',
    ...checkServed(recording, dialect),
  ];
  return reasons.filter((reason) => typeof reason === 'string');
});

/** NOTE one request was cut while it was recorded, and those of some tools are missing. */
function isWhole(request: string): boolean {
  try {
    return isObject(JSON.parse(request));
  } catch {
    return false;
  }
}
