// The transport's own subjects; those of messages come from the contracts.

/** Everything sent to one process: packets of frames, replies and notices. */
export const inboxOf = (processId: string): string => `tollgate.inbox.${processId}`;

/** Frames, several in one packet. */
export const packetsOf = (processId: string): string => `${inboxOf(processId)}.packet`;

/** Every serving process hears the ids of cancelled calls here. */
export const CANCELLED = 'tollgate.cancelled';

/** And here the addresses of forwarders whose one attempt is to end. */
export const CANCELLED_ATTEMPT = 'tollgate.cancelled.attempt';

/** JetStream's name of the stream, and of the consumer, of a durable subject. */
export const streamName = (subject: string): string => subject.replaceAll('.', '_');
