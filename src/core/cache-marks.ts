/**
 * Providers keep the beginning of a prompt for later calls where a mark says up to where, and read what they kept for a
 * part of the price. These are the places where marks may stand, and the marks that a call is to carry. They change the
 * price of a call and nothing that the model reads.
 */

/** A part of the prompt, such as a tool, a block of the system prompt or a block of a message. */
export interface MarkablePart {
  /** `head`: what a program sends with every call; else who speaks. */
  readonly by: "head" | "user" | "tool" | "model";
  /** With all parts before it, names the prefix that ends here. */
  readonly text: string;
  /** A mark may stand on it. */
  readonly takesMark: boolean;
  /** The last of the tools, of the system prompt, or of a message. */
  readonly isLast: boolean;
  /** The client has marked it. */
  readonly isMarked?: boolean;
  /** And asks for the longer of the provider's lifetimes. */
  readonly isMarkedLong?: boolean;
}

/** A prompt whose prefixes a provider may be told to keep. */
export interface MarkablePrompt {
  /** In the order in which the model reads them. */
  readonly parts: readonly MarkablePart[];
  /** The client says itself what is to be kept: its marks stand, and there are no others. */
  readonly hasOwnMarks: boolean;
  /** The client names the key itself. */
  readonly hasOwnKey: boolean;
}

export interface CacheMarks {
  /** Indexes of parts, ascending: up to the end of each the provider is to keep the prompt, and looks for what it kept. */
  readonly ends: readonly number[];
  /** The first so many of them ask for the longer of the provider's lifetimes. Default 0. */
  readonly long?: number;
  /** The provider is to keep the whole prompt for its longer lifetime, where that is said of a call and not of a mark. */
  readonly isRetained?: boolean;
  /** Calls of one key are sent to where the prefixes of that key were kept; for providers that take one. */
  readonly key: string | undefined;
}
