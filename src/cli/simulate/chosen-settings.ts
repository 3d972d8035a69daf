import process from "node:process";
import { systemClock } from "../../core/clock.ts";
import type { SemanticMode } from "../../core/semantic.ts";
import { type ConfigMistake, describeMistake, type GatewayConfig, readConfig } from "../../gateway/config.ts";
import { semanticToolsOf } from "../../gateway/semantic-tools.ts";
import { semanticModes } from "../../semantic-options.ts";
import { MisuseError } from "../misuse-error.ts";
import type { Setting } from "./replay.ts";

/** The settings that a log is played to: the three modes of like questions, each file, and each set of options. */

export interface Choice {
  /** Which of the modes, with commas between; `none` for none of them. */
  readonly semantic: string | undefined;
  readonly configs: readonly string[];
  /** Each such as `layers.exact.ttl=10m,layers.semantic.mode=serve`. */
  readonly sets: readonly string[];
}

const names: Readonly<Record<SemanticMode, string>> = {
  off: "exact",
  observe: "exact, semantic observes",
  serve: "exact and semantic",
};

/** Throws `MisuseError`. */
export function chosenSettings({ semantic, configs, sets }: Choice): readonly Setting[] {
  const modes = modesIn(semantic);
  const chosen = [
    ...modes.map((mode) => settingOf(names[mode], undefined, { "layers.semantic.mode": mode })),
    ...configs.map((file) => settingOf(file, file, {})),
    ...sets.map((text) => settingOf(text, undefined, optionsIn(text))),
  ];
  if (chosen.length > 0) return chosen;
  throw new MisuseError(
    "There is no setting to play the log to",
    "Leave out --semantic none, or add --config or --set.",
  );
}

function modesIn(text: string | undefined): readonly SemanticMode[] {
  if (text === undefined) return semanticModes;
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const mode = semanticModes.find((one) => one === name.trim());
    if (mode !== undefined) return mode;
    throw new MisuseError(
      `--semantic ${text} is not known`,
      "It is off, observe or serve, several with commas, or none.",
    );
  });
}

function settingOf(name: string, file: string | undefined, flags: Readonly<Record<string, unknown>>): Setting {
  const reading = readConfig({ file, environment: process.env, flags });
  if (!reading.ok) throw mistaken(reading.mistakes);
  return { name, settings: reading.config, ...embedderOf(reading.config) };
}

/** The one that comes with the package is made where it is needed. */
function embedderOf(config: GatewayConfig): Pick<Setting, "embedder"> {
  const {
    mode,
    embedder: { kind },
  } = config.layers.semantic;
  if (mode === "off" || kind === "builtin") return {};
  const { embedder } = semanticToolsOf(config, { clock: systemClock, onWarning: () => {} });
  return embedder === undefined ? {} : { embedder };
}

function mistaken(mistakes: readonly ConfigMistake[]): MisuseError {
  const [first, ...others] = mistakes.map(describeMistake);
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new MisuseError(`${first ?? "The configuration is not sound"}${more}`, "");
}

/** Values are JSON where they can be read as such, and else texts. */
function optionsIn(text: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [, path, value] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/s.exec(pair) ?? [];
      if (path === undefined || value === undefined || value === "")
        throw new MisuseError(`--set ${text} is not understood`, "Write it as layers.exact.ttl=10m.");
      return [path, optionValue(value)];
    }),
  );
}

function optionValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
