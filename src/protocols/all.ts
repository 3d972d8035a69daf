import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiResponses } from "./openai-responses.ts";

/** Every protocol whose calls are cached, in the order in which a path is tried on them. */
export const protocols: readonly Protocol[] = [
  openAiChat,
  anthropicMessages,
  gemini,
  openAiResponses,
  openAiCompletions,
  //
];
