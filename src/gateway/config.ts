import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname } from "node:path";
import type * as Yaml from "yaml";
import { printable } from "../core/printable.ts";
import { type OptionMistake, readSettings, type Settings, unknownOption } from "../options.ts";
import { shownStoreUrl, storeUrlMistake } from "../stores/store-url.ts";
import { isLikelyPath, withMasterKeyFile } from "./master-key-file.ts";
import { warmMistakes } from "./prompts/warm-mistakes.ts";
import { sealingMistakes } from "./sealing-mistakes.ts";
import { withoutSecrets } from "./secrets.ts";
import { semanticMistakes } from "./semantic-mistakes.ts";
import { tenancyMistakes } from "./tenancy/tenancy-mistakes.ts";
import { defaultUpstreams, type UpstreamsSettings } from "./upstreams.ts";

/**
 * Configuration: flags over environment over file over defaults. Every mistake is named with its path, the value,
 * the rule and a remedy; none is a stack trace.
 */

export interface ConfigSources {
  /** Path given with `--config`; without it `reprise.yaml`, `reprise.yml` or `reprise.json` is read if it is there. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values of flags by option path, such as `server.port`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface GatewayConfig extends Settings {
  readonly upstreams: UpstreamsSettings;
  readonly models: NonNullable<Settings["models"]>;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: GatewayConfig; readonly file: string | undefined }
  | { readonly ok: false; readonly mistakes: readonly ConfigMistake[] };

export interface ConfigMistake extends OptionMistake {
  /** The file, flag or variable it comes from. */
  readonly source: string;
}

const usualFiles = ["reprise.yaml", "reprise.yml", "reprise.json"];

const environmentOptions: Readonly<Record<string, string>> = {
  REPRISE_HOST: "server.host",
  REPRISE_PORT: "server.port",
  REPRISE_WORKERS: "server.workers",
  REPRISE_DATA: "data.directory",
  REPRISE_STORE: "store.url",
  REPRISE_SEMANTIC: "layers.semantic.mode",
  REPRISE_UPSTREAM: "upstream",
  REPRISE_MASTER_KEY: "security.masterKey",
  REPRISE_MASTER_KEY_FILE: "security.masterKeyFile",
  REPRISE_ADMIN_TOKEN: "security.adminToken",
  REPRISE_LOG_LEVEL: "telemetry.logLevel",
};

/** A secret that got lost on its way is not the same as none. */
const neverEmpty = ["REPRISE_MASTER_KEY", "REPRISE_MASTER_KEY_FILE"];

export function readConfig(sources: ConfigSources): ConfigReading {
  const found = readConfigFile(sources.file);
  if (!found.ok) return { ok: false, mistakes: [found.mistake] };
  const missing: ConfigMistake[] = [];
  const values = substituted(found.values, sources.environment, found.name, [], missing);
  if (missing.length > 0) return { ok: false, mistakes: missing };
  if (!isSection(values))
    return {
      ok: false,
      mistakes: [
        {
          source: found.name,
          path: "",
          value: values,
          rule: "must be a section with options below it",
          remedy: "Begin with a section such as `server:`.",
        },
      ],
    };

  const empty = neverEmpty.filter((variable) => sources.environment[variable] === "");
  if (empty.length > 0) return { ok: false, mistakes: empty.map(emptyVariable) };

  const origins = new Map<string, string>();
  const merged = structuredClone(values);
  for (const [variable, path] of Object.entries(environmentOptions)) {
    const value = sources.environment[variable];
    if (value !== undefined && value !== "") place(merged, path, value, variable, origins);
  }
  for (const [path, value] of Object.entries(sources.flags))
    if (value !== undefined) place(merged, path, value, flagOf(path), origins);

  const reading = readSettings(merged);
  const sourceOf = (path: string): string => origins.get(path) ?? found.name;
  if (!reading.ok)
    return { ok: false, mistakes: reading.mistakes.map((mistake) => ({ ...mistake, source: sourceOf(mistake.path) })) };
  const { settings } = reading;
  const masterKey = withMasterKeyFile(settings.security);
  if (!masterKey.ok)
    return { ok: false, mistakes: [{ ...masterKey.mistake, source: sourceOf(masterKey.mistake.path) }] };
  const config: GatewayConfig = {
    ...settings,
    security: masterKey.security,
    upstreams: settings.upstreams ?? defaultUpstreams,
    models: settings.models ?? {},
  };
  const mistakes = incoherences(config).map((mistake) => ({ ...mistake, source: sourceOf(mistake.path) }));
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, config, file: found.name === "defaults" ? undefined : found.name };
}

function emptyVariable(variable: string): ConfigMistake {
  const remedy = "Give it its value, or do not set it.";
  return { source: variable, path: "", value: undefined, rule: "must not be empty", remedy };
}

/** One line a mistake: where, what, the rule, the remedy. */
export function describeMistake(mistake: ConfigMistake): string {
  const value = withoutSecrets(mistake.value);
  const given = value === undefined ? "missing" : (JSON.stringify(value) ?? String(value));
  const shown = mayBeSecret(mistake) && value !== undefined ? "(hidden)" : given.slice(0, 120);
  const subject = mistake.path === "" ? mistake.source : `${mistake.source}: ${mistake.path} = ${shown}`;
  // Names and values are what somebody wrote: they neither part the line nor steer a terminal.
  return printable(`${subject}: ${mistake.rule}. ${mistake.remedy}`);
}

/** The name of an option that there is not may be that of a secret, misspelt: what is as long as one is not shown. */
function mayBeSecret({ path, value, rule }: ConfigMistake): boolean {
  // A path is none, and without it nobody knows which file is meant.
  if (path === "security.masterKeyFile" && typeof value === "string" && isLikelyPath(value)) return false;
  // `secret` is a kind of personal data, and what stands there says what is done with it.
  const isAction = /\.personalData\./.test(path) && (JSON.stringify(value)?.length ?? 0) <= longestAction;
  if (isAction) return false;
  const isNamed = /key|token|secret|password|credential|^security(?!\.(?:limits\.|sealing$|allowPrivate))/i.test(path);
  return isNamed || (rule === unknownOption && (JSON.stringify(value)?.length ?? 0) > mostShown);
}

const mostShown = 8;
const longestAction = '"first-to-evict"'.length;

type FileReading =
  | { readonly ok: true; readonly name: string; readonly values: unknown }
  | { readonly ok: false; readonly mistake: ConfigMistake };

function readConfigFile(given: string | undefined): FileReading {
  for (const name of given === undefined ? usualFiles : [given]) {
    let text: string;
    try {
      text = readFileSync(name, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (given === undefined && code === "ENOENT") continue;
      const rule =
        code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
      return {
        ok: false,
        mistake: {
          source: name,
          path: "",
          value: undefined,
          rule,
          remedy: "Check the path and its permissions, or leave --config out.",
        },
      };
    }
    try {
      return { ok: true, name, values: (extname(name) === ".json" ? JSON.parse(text) : yaml().parse(text)) ?? {} };
    } catch (error) {
      const message = (error as Error).message.split("\n")[0] as string;
      // The parser of YAML says where; that of JSON does not always.
      const isPlaced = error instanceof Error && "linePos" in error && error.linePos !== undefined;
      const at = isPlaced ? "" : ` (${extname(name) === ".json" ? "JSON" : "YAML"})`;
      return {
        ok: false,
        mistake: {
          source: name,
          path: "",
          value: undefined,
          rule: `cannot be parsed${at}: ${message.replace(/[.:]$/, "")}`,
          remedy: "Correct the file at that place.",
        },
      };
    }
  }
  return { ok: true, name: "defaults", values: {} };
}

/** Loaded for a file that needs it: most starts have none, and a reload cannot wait for an import. */
function yaml(): typeof Yaml {
  return createRequire(import.meta.url)("yaml");
}

/** `${NAME}` in any text becomes that environment variable, so that secrets stay out of files. */
function substituted(
  value: unknown,
  environment: ConfigSources["environment"],
  source: string,
  path: readonly string[],
  missing: ConfigMistake[],
): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
      const found = environment[name];
      if (found === undefined)
        missing.push({
          source,
          path: path.join("."),
          value: whole,
          rule: `names the environment variable ${name}, which is not set`,
          remedy: `Set ${name}, or write the value here.`,
        });
      return found ?? "";
    });
  }
  if (Array.isArray(value))
    return value.map((item, index) => substituted(item, environment, source, [...path, String(index)], missing));
  if (isSection(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        substituted(item, environment, source, [...path, key], missing),
      ]),
    );
  return value;
}

/** Puts a flag's or variable's value where the file would have it. `upstream` stands for the one upstream. */
function place(
  values: Record<string, unknown>,
  path: string,
  value: unknown,
  source: string,
  origins: Map<string, string>,
): void {
  if (path === "upstream") {
    values["upstreams"] = { default: { url: value } };
    delete values["models"];
    origins.set("upstreams.default.url", source);
    return;
  }
  const steps = path.split(".");
  const last = steps.pop() as string;
  let section = values;
  for (const step of steps) {
    if (section[step] === undefined || section[step] === null) section[step] = {};
    if (!isSection(section[step])) return;
    section = section[step];
  }
  section[last] = value;
  origins.set(path, source);
}

function incoherences(config: GatewayConfig): OptionMistake[] {
  const mistakes: OptionMistake[] = [];
  const names = Object.keys(config.upstreams);
  for (const name of names) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
      mistakes.push({
        path: `upstreams.${name}`,
        value: name,
        rule: "must be named with letters, digits, dot, dash and underscore",
        remedy: "Rename the upstream.",
      });
    }
  }
  if (names.length === 0)
    mistakes.push({
      path: "upstreams",
      value: {},
      rule: "must name at least one upstream",
      remedy: "Add one, or remove the section to use OpenAI, Anthropic and Gemini.",
    });
  for (const [pattern, name] of Object.entries(config.models)) {
    if (!names.includes(name)) {
      mistakes.push({
        path: `models.${pattern}`,
        value: name,
        rule: `must be the name of an upstream (${names.join(", ")})`,
        remedy: "Correct the name, or add that upstream.",
      });
    }
  }
  const { host, port, admin } = config.server;
  if (port !== 0 && admin.port === port && (admin.host ?? host) === host)
    mistakes.push({
      path: "server.admin.port",
      value: port,
      rule: "must be another port than that of `server`",
      remedy: "Choose another one, or remove it to serve all on one port.",
    });
  const { url } = config.store;
  const mistake = storeUrlMistake(url);
  if (mistake !== undefined) mistakes.push({ path: "store.url", value: shownStoreUrl(url), ...mistake });
  mistakes.push(...sealingMistakes(config));
  const { semantic, prefix } = config.layers;
  return [...mistakes, ...tenancyMistakes(config), ...semanticMistakes(semantic), ...warmMistakes(prefix.warm, names)];
}

function flagOf(path: string): string {
  const flags: Readonly<Record<string, string>> = {
    "server.port": "--port",
    "server.host": "--host",
    "server.workers": "--workers",
    "layers.semantic.mode": "--semantic",
    "data.directory": "--data",
    "store.url": "--store",
    upstream: "--upstream",
    "telemetry.logLevel": "--log-level",
  };
  return flags[path] ?? path;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
