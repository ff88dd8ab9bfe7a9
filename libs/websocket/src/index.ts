export { acceptSocket, type AcceptOptions, type Upgrade } from './accept-socket.js';
export { connectSocket, type Connected, type ConnectOptions, type Refused } from './connect-socket.js';
export {
  MAX_SESSION_MESSAGE_BYTES,
  SessionRecordDecoder,
  encodeSessionRecord,
  type SessionRecord,
} from './session-records.js';
export { SessionSocket } from './session-socket.js';
