import type { LapseCause } from "./cache-lapse.ts";
import type { FoundCause } from "./lint-result.ts";
import { holdsTime } from "./volatile-text.ts";

/** What to do about it, in a sentence. */
export const remedies: Readonly<Record<FoundCause | LapseCause, string>> = {
  date: "Move the date or time behind everything that stays the same, best into the last message, or round it to the day.",
  id: "Move the id behind everything that stays the same, or leave it out: the model hardly needs it.",
  number: "Move the number that changes from call to call behind everything that stays the same.",
  whitespace: "Make the text the same way each time: one template, trimmed, with one kind of line ends.",
  "key-order": "Write JSON with sorted keys, or from one object that is built once.",
  order: "Sort the parts by something that stays, such as their names, before they are put into the prompt.",
  "tool-order": "Send the tools in one order, such as that of their names; layers.prefix.sortTools does it.",
  "tool-set": "Send all tools each time, and say with tool_choice or allowed tools which may be used.",
  "user-data": "Move what belongs to the user or the call behind everything that stays the same.",
  template: "If this was a new version of the prompt, nothing; else use one version for all calls.",
  history: "Drop old messages seldom and many at a time, or summarise them: each cut changes everything behind it.",
  redacted: "Log full contents for a while to see what differs: the log holds no texts.",
  lapsed: "Ask for a longer lifetime where the provider has one, or send a short call before the prefix is forgotten.",
  "below-minimum":
    "Put more of what stays the same to the front, such as examples, or leave it: short prompts cost little.",
  "look-back": "Set one more breakpoint some fifteen blocks before the last.",
  unmarked: "Mark the end of what stays the same with a breakpoint; layers.prefix.breakpoints does it.",
  elsewhere: "Send one prompt_cache_key for calls with one prefix, and route calls to engines of your own by affinity.",
};

const day = "Move the date behind everything that stays the same, best into the last message.";

/** The same, where it may be a day that changes: that need not be rounded to the day. */
export function remedyFor(cause: keyof typeof remedies, isDay: boolean): string {
  return cause === "date" && isDay ? day : remedies[cause];
}

/** Whether dates, as they stand in the texts, say nothing more than the day. */
export function isDayOnly(dates: readonly string[] | undefined): boolean {
  return dates !== undefined && !dates.some(holdsTime);
}
