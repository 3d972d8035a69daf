import { ChunkRecorder } from "./chunk-recorder.ts";
import { CompletionAssembly } from "./openai-chat-assembly.ts";
import { completionFacts } from "./openai-chat-facts.ts";

const dialect = { newAssembly: () => new CompletionAssembly(), factsOf: completionFacts };

/** Records one live stream of chat completion chunks. */
export class OpenAiChatRecorder extends ChunkRecorder {
  constructor(options: { readonly maxEventBytes: number }) {
    super(dialect, options);
  }
}
