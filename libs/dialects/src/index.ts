export { isOwnResponseId, placeOfItem } from './responses/own-ids.js';
export { isResponseUnderWay } from './responses/response-status.js';
export { ContinuedChatStream } from './continuation/continued-chat-stream.js';
export { ContinuedMessageStream } from './continuation/continued-message-stream.js';
export { asksPlainText, continuedRequest } from './continuation/continued-request.js';
export { seamOf, type Prefill } from './continuation/prefill.js';
export type { ServedAnswer, ServedText } from './continuation/served-answer.js';
export { ServedChat } from './continuation/served-chat.js';
export { ServedMessage } from './continuation/served-message.js';
export { isObject, stringAt, wordOf, type Json } from './json/json.js';
export { isOwnField } from './own-fields.js';
export { wordTable } from './json/word-table.js';
export { realtimeError } from './realtime/error-event.js';
export { RealtimeMeter } from './realtime/realtime-meter.js';
export { sessionModel } from './realtime/session-model.js';
export { Refusals } from './refusals.js';
export { scanObject, type ObjectMember, type ObjectMembers, type ScanOptions } from './json/scan-object.js';
export { spliceObject, type ObjectEdits } from './json/splice-object.js';
export { SseDecoder, type SseDecoderOptions, type SseEvent } from './sse/sse-decoder.js';
export { parseEvent } from './sse/parse-event.js';
export { encodeSse } from './sse/encode-sse.js';
export { EventStreamDecoder } from './event-stream/event-stream-decoder.js';
export { NdjsonDecoder, encodeNdjson } from './ndjson/ndjson-decoder.js';
export { streamType } from './ndjson/stream-type.js';
export { retold, type ToldAnswer } from './replay/retold.js';
export type {
  AnswerFacts,
  AnswerOptions,
  Back,
  BackOptions,
  Codec,
  Front,
  FrontOptions,
  StreamDecoder,
  StreamEncoder,
} from './codec/codec.js';
export { codecOf } from './codec/codecs.js';
export { ChatStreamDecoder } from './codec/openai-chat.js';
export type { TranslatedRequest } from './codec/translated-request.js';
export { chatToMessages, type ChatToMessagesOptions } from './to-anthropic/chat-to-messages.js';
export { chatToMessage } from './to-anthropic/chat-to-message.js';
export { ChatToMessageStream } from './to-anthropic/chat-to-message-stream.js';
export { messageToChat, type MessageToChatOptions } from './to-openai/message-to-chat.js';
export { MessageToChatStream, type MessageToChatStreamOptions } from './to-openai/message-to-chat-stream.js';
export { messagesToChat } from './to-openai/messages-to-chat.js';
export { errorOfChatChunk, errorOfMessageEvent } from './upstream-error.js';
export { continuedUsage } from './usage/continued-usage.js';
export { usageOfChat } from './usage/chat-usage.js';
export { usageOfCohere } from './usage/cohere-usage.js';
export { usageOfConverse } from './usage/converse-usage.js';
export { usageOfGemini } from './usage/gemini-usage.js';
export { messageTierOf, usageOfMessage } from './usage/message-usage.js';
export { serviceTierOf } from './usage/service-tier.js';
export { estimatePromptTokens, estimateRequestTokens, estimateTokens } from './usage/estimate-tokens.js';
export { boundaryOf, scanMultipart, spliceMultipart, type FormPart } from './multipart/multipart.js';
