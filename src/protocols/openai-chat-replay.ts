import type { ReplayView } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import { eventsOf, jsonOf } from "./chunk-replay.ts";
import { CompletionAssembly } from "./openai-chat-assembly.ts";
import { chunksOf } from "./openai-chat-chunks.ts";

export function replayJson(recording: Recording, view: ReplayView): Uint8Array {
  return jsonOf(recording, view, new CompletionAssembly());
}

export function replayEvents(recording: Recording, view: ReplayView): Uint8Array {
  return eventsOf(recording, view, chunksOf);
}
