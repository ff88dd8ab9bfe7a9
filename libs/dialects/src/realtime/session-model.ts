import { scanObject, type ObjectMember } from '../json/scan-object.js';
import { spliceObject } from '../json/splice-object.js';

/** The events of a session that tell or set its model. */
const OF_SESSION = /^(?:transcription_)?session\./;

interface Named {
  /** The model that the event's session has. */
  readonly model: string;
  /** The event with another model in its place; every other byte stays. */
  renamed(model: string): Uint8Array;
}

/** The model that an event about the session names; null: it is no such event, or names none. Never throws. */
export function sessionModel(message: Uint8Array): Named | null {
  try {
    const event = scanObject(message);
    const session = event.get('session');
    if (session === undefined || !OF_SESSION.test(stringOf(message, event.get('type')))) return null;
    const inner = message.subarray(session.valueStart, session.valueEnd);
    const model = stringOf(inner, scanObject(inner).get('model'));
    if (model === '') return null;
    return {
      model,
      renamed: (name) => {
        const edited = spliceObject(inner, { model: JSON.stringify(name) });
        return spliceObject(message, { session: Buffer.from(edited).toString() });
      },
    };
  } catch {
    // What is no JSON is the provider's to judge.
    return null;
  }
}

/** Empty for what is no string. */
function stringOf(bytes: Uint8Array, member: ObjectMember | undefined): string {
  if (member === undefined) return '';
  const value: unknown = JSON.parse(
    Buffer.from(bytes.subarray(member.valueStart, member.valueEnd)).toString(),
  );
  return typeof value === 'string' ? value : '';
}
