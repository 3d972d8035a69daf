import type { EmbeddingProtocol } from "../core/embedding-protocol.ts";
import { geminiEmbeddings } from "./gemini-embeddings.ts";
import { openAiEmbeddings } from "./openai-embeddings.ts";

/** Every format whose embeddings are cached, in the order in which a path is tried on them. */
export const embeddingProtocols: readonly EmbeddingProtocol[] = [openAiEmbeddings, geminiEmbeddings];
