/**
 * A part of what a model reads of a request: a tool, the system prompt, a message. Requests that begin with equal sections
 * share a prefix that providers and engines need to compute only once.
 */
export interface PromptSection {
  /** Where it stands in the request, such as `tools[0]`, `system`, `messages[3]`. */
  readonly place: string;
  /** Canonical JSON of it. */
  readonly text: string;
}
