import { createHash } from "node:crypto";
import type { FoundCause } from "../../src/layers/prefix/lint/lint-result.ts";
import type { Message, SentPrompt, Tool } from "./lint-conversations.ts";

/** What a seeded fault is, and the places that it is put into. */

export interface Fault {
  readonly name: string;
  readonly cause: FoundCause;
  /** The section that it breaks. */
  readonly place: string;
  apply(prompt: SentPrompt, moment: Moment): SentPrompt;
}

/** Of a call: what a fault depends on. */
export interface Moment {
  readonly call: number;
  readonly conversation: number;
  /** Of all calls, those before this one. */
  readonly share: number;
  readonly chance: () => number;
  readonly at: Date;
}

export type Put = (prompt: SentPrompt, text: string) => SentPrompt;

export const hexOf = (chance: () => number, length: number): string =>
  createHash("sha256").update(String(chance())).digest("hex").slice(0, length);

export function withSystem({ tools, messages }: SentPrompt, change: (text: string) => string): SentPrompt {
  const [system, ...rest] = messages as readonly [Message, ...Message[]];
  return { tools, messages: [{ ...system, content: change(system.content ?? "") }, ...rest] };
}

export function inMiddle(text: string, put: string): string {
  const middle = text.indexOf("\n", text.length / 2) + 1;
  return `${text.slice(0, middle)}${put}${text.slice(middle)}`;
}

export const atTop: Put = (prompt, text) =>
  withSystem(prompt, (system) => `Note: ${text} is of this call.\n\n${system}`);
export const middle: Put = (prompt, text) =>
  withSystem(prompt, (system) => inMiddle(system, `Note: ${text} is of this call.\n`));
export const atEnd: Put = (prompt, text) => withSystem(prompt, (system) => `${system}\n\nNote: ${text}`);
export const inTool: Put = ({ tools, messages }, text) => {
  const [first, ...rest] = tools as readonly [Tool, ...Tool[]];
  const description = `${first.function.description} Valid for ${text} only.`;
  return { tools: [{ ...first, function: { ...first.function, description } }, ...rest], messages };
};
export const inMessage: Put = ({ tools, messages }, text) => ({
  tools,
  messages: messages.map((message, index) =>
    index === 1 ? { ...message, content: `[${text}] ${message.content}` } : message,
  ),
});
