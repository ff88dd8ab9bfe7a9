import { readNativePath } from '@tollgate/ingress';
import { codecOf } from '@tollgate/dialects';
import { pathOf } from '../dialect-of.js';
import { decodeStream, parse } from '../checks.js';
import { eventStreamEvents } from '../event-stream.js';
import type { Recording } from '../recordings.js';

/** Answers of providers' own APIs are passed on as they are; where the path tells what they are, they are read for the bill. */
export function checkNative({ response, isStream, method, url, headers }: Recording): readonly string[] {
  const { dialect } = readNativePath(method, pathOf(url));
  if (isStream && response[0] === 0) eventStreamEvents(response);
  else if (isStream) decodeStream(response);
  else if ((headers['content-type'] ?? '').includes('json') && response[0] === OPEN_BRACE)
    codecOf(dialect)?.back?.facts(parse(response));
  return ["passed on as it is: an API of the provider's own"];
}

const OPEN_BRACE = 0x7b;
