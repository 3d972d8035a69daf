import type { OptionMistake } from "../../options.ts";
import type { WarmSettings } from "../../warm-options.ts";

/** What each option alone does not tell: prompts are warmed up on an upstream that there is. */
export function warmMistakes(warm: WarmSettings, upstreams: readonly string[]): readonly OptionMistake[] {
  return Object.keys(warm)
    .filter((name) => !upstreams.includes(name))
    .map((name) => ({
      path: `layers.prefix.warm.${name}`,
      value: name,
      rule: `must be the name of an upstream (${upstreams.join(", ")})`,
      remedy: "Correct the name, or add that upstream.",
    }));
}
