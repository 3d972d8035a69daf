import { type LintedPrompt, type LintOptions, PrefixLint } from "./prefix-lint.ts";

/** Prompts that the tests of the lint are made of. */

export const policy = "Guests may bring one bag. Breakfast is served until ten. Late check-out costs extra. ".repeat(
  60,
);
export const openAi = { protocol: "openai-chat", originId: "https://api.openai.com/v1", model: "gpt-4o" };
export const anthropic = {
  protocol: "anthropic-messages",
  originId: "https://api.anthropic.com",
  model: "claude-sonnet-4-5",
};

export interface Said {
  readonly system?: string;
  readonly tools?: readonly object[];
  readonly messages?: readonly string[];
  readonly call?: Partial<LintedPrompt>;
}

export function prompt({ system = policy, tools = [], messages = ["Hello"], call }: Said): LintedPrompt {
  const sections = [
    ...tools.map((tool, index) => ({ place: `tools[${index}]`, text: JSON.stringify(tool) })),
    { place: "system", text: JSON.stringify(system) },
    ...messages.map((content, index) => ({
      place: `messages[${index}]`,
      text: JSON.stringify({ content, role: index % 2 === 0 ? "user" : "assistant" }),
    })),
  ];
  return {
    ...{ id: "1", sections, ...openAi, tenant: undefined, at: undefined, durationMs: undefined },
    ...{ usage: undefined, isRedacted: false, ...call },
  };
}

export function lint(prompts: readonly Said[], options?: LintOptions) {
  const linting = new PrefixLint(options);
  for (const [index, said] of prompts.entries()) linting.hear({ ...prompt(said), id: String(index + 1) });
  return linting.result();
}

export const turns = Array.from(
  { length: 8 },
  (_, turn) => `Turn ${"abcdefgh"[turn]}: ${"we speak of rooms. ".repeat(30)}`,
);
export const conversation = (said: Said = {}): readonly Said[] =>
  [1, 3, 5, 7].map((length) => ({ ...said, messages: turns.slice(0, length) }));
