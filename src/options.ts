import { z } from "zod";
import { accessLogSchema } from "./access-log/access-log-options.ts";
import type { SemanticMode } from "./core/semantic.ts";
import type { TwinAccess } from "./core/twin-access.ts";
import { edgeSchema, twinAccess, twinsMeaning } from "./edge-options.ts";
import { limitsSchema } from "./limits-options.ts";
import { adminListenerSchema, allowPrivateUpstreams, networkLimitsSchema, tlsSchema } from "./network-options.ts";
import {
  bearerToken,
  bytes,
  choice,
  duration,
  type Field,
  field,
  flag,
  integer,
  optionalTags,
  optionalText,
  optionalUsd,
  several,
  text,
  usdPerMillion,
  withoutDefault,
  workerCount,
} from "./option-fields.ts";
import { vectorPersonalData } from "./personal-data-options.ts";
import { type CompatGateway, compatGateways } from "./policy/compat-headers.ts";
import type { RuleMatch } from "./policy/rules.ts";
import { type PolicyInput, policyFields, policySchema } from "./policy-options.ts";
import { type CacheRuleInput, cacheRulesSchema } from "./prefix-options.ts";
import { type LintMode, lintModes } from "./prompt-lint/lint-mode.ts";
import { checkSealing, sealingFields } from "./sealing-options.ts";
import { semanticModes, semanticSchema } from "./semantic-options.ts";
import { assertSharing, shareOfRule } from "./shared-scope-options.ts";
import { tenancySchema } from "./tenancy-options.ts";
import { upstreamSchema } from "./upstream-options.ts";
import { warmSchema } from "./warm-options.ts";

/**
 * Every option, its default and its bound, once. The configuration file, the command line and the library all read
 * their values through these fields, and docs/reference/options.md is generated from them.
 */

const matchSchema = z.strictObject(
  Object.fromEntries(
    ["model", "protocol", "operation", "namespace", "tenant", "user", "tag"].map((name) => [
      name,
      optionalText({ description: `Pattern for the ${name}; \`*\` stands for any run of characters.` }),
    ]),
  ) as Record<keyof RuleMatch, z.ZodOptional<Field<string>>>,
);

const tokensByModel = field(
  (value): Readonly<Record<string, number>> | undefined => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const isTokens = (tokens: unknown) => Number.isSafeInteger(tokens) && (tokens as number) > 0;
    return Object.values(value).every(isTokens) ? (value as Record<string, number>) : undefined;
  },
  {
    description:
      "Tokens of the shortest prompt that a provider keeps, by pattern of the model, where that is not what it publishes.",
    rule: "whole numbers above 0, by patterns of models",
    default: {},
  },
);

const sections = z.strictObject({
  server: z
    .strictObject({
      host: text("127.0.0.1", { description: "Address to listen on." }),
      port: integer(8787, 0, 65_535, {
        description: "Port to listen on; 0 takes a free one.",
        remedy: "Choose a free port, or remove the line to use 8787.",
      }),
      maxBodyBytes: bytes("10mb", { description: "Bound on a request body, counted after decompression." }),
      drainTimeout: duration("10s", { description: "How long running requests may take to finish after SIGTERM." }),
      stallTimeout: duration("1m", { description: "A client that reads nothing for this long is disconnected." }),
      workers: workerCount({
        description: "How many processes serve together; see [workers](../gateway.md#workers).",
      }),
      admin: adminListenerSchema,
      tls: tlsSchema,
    })
    .prefault({} as never),
  data: z
    .strictObject({ directory: text("./.reprise", { description: "Folder for the embedded store and the secret." }) })
    .prefault({} as never),
  upstreams: z.record(z.string(), upstreamSchema).optional(),
  models: z.record(z.string(), z.string()).optional(),
  tenancy: tenancySchema,
  limits: limitsSchema,
  store: z
    .strictObject({
      url: text("sqlite", {
        description:
          "`sqlite` (in the data folder), `sqlite:FOLDER`, `memory`, or the URL of a shared store; see [stores](../stores.md).",
      }),
      memoryBytes: bytes("256mb", {
        description: "Bound of what is kept in memory: answers, and what makes repeating them quick.",
      }),
      maxBytes: bytes("4gb", { description: "Bound of the store behind it, where that is SQLite or PostgreSQL." }),
      lookupBudget: duration("25ms", {
        description:
          "How long a call waits for the store before it makes do with what is in memory, or goes to the origin.",
      }),
      readDeadline: duration("50ms", { description: "A read that takes longer is a miss." }),
      writeDeadline: duration("250ms", { description: "A write that takes longer is given up." }),
    })
    .prefault({} as never),
  layers: z
    .strictObject({
      exact: policySchema,
      embedding: z
        .strictObject({
          enabled: flag(true, { description: "Whether embeddings are answered from stored vectors." }),
          ttl: duration("3650d", { description: "How long a vector is kept. Vectors do not age." }),
          personalData: vectorPersonalData,
        })
        .prefault({} as never),
      semantic: semanticSchema,
      edge: edgeSchema,
      prefix: z
        .strictObject({
          breakpoints: flag(false, {
            description:
              "Mark prompts for the caches of Anthropic and OpenAI where that pays; see [breakpoints](../prefix-breakpoints.md).",
          }),
          leastTokens: tokensByModel,
          rules: cacheRulesSchema,
          lint: choice("places", lintModes, {
            description:
              "Find what keeps the prompts that come from sharing their starts; `places`: some of late are compared in memory and their texts not shown, `full`: what differs is shown, `off`: none is remembered. See [lint of prompts](../prefix-lint.md).",
          }),
          longRetention: flag(false, {
            description:
              "Ask OpenAI to keep prompts for 24 hours where a model before GPT-5.6 takes that; the price is the same, but prompts are kept on its disks.",
          }),
          warm: warmSchema,
          sortTools: flag(false, {
            description:
              "Send tools in the order of their names, so that calls which list them in turns share a prefix; see [lint of prompts](../prefix-lint.md).",
          }),
        })
        .prefault({} as never),
    })
    .prefault({} as never),
  coalescing: z
    .strictObject({
      errorBackoff: duration("250ms", {
        description: "How long a shared failure stands before the origin is asked again.",
      }),
      grace: duration("0s", {
        description: "How long a call goes on when all who waited for it have left, for those who may still come.",
      }),
      finishDetached: flag(false, {
        description:
          "Let a call that all have left go on to its end within `detachedTime` and `detachedBytes`, and store its answer.",
      }),
      detachedTime: duration("30s", { description: "How long such a call may still take. See `finishDetached`." }),
      detachedBytes: bytes("1mb", { description: "How much the origin may still send. See `finishDetached`." }),
    })
    .prefault({} as never),
  rules: z
    .array(
      z.strictObject({
        match: matchSchema.prefault({} as never),
        tags: optionalTags({
          description:
            "Tags for the answers to these calls, besides their own; those of all rules that match are joined.",
        }),
        share: shareOfRule,
        semantic: withoutDefault.get(
          choice("observe", semanticModes, { description: "How far answers to like questions are used." }),
        ) as z.ZodOptional<Field<SemanticMode>>,
        edge: withoutDefault.get(choice("off", twinAccess, { description: twinsMeaning })) as z.ZodOptional<
          Field<TwinAccess>
        >,
        ...(Object.fromEntries(
          Object.entries(policyFields).map(([name, schema]) => [name, withoutDefault.get(schema)]),
        ) as {
          [Name in keyof typeof policyFields]: z.ZodOptional<(typeof policyFields)[Name]>;
        }),
      }),
    )
    .prefault([] as never),
  prices: z
    .record(
      z.string(),
      z.strictObject({
        input: usdPerMillion("US dollars for a million input tokens."),
        output: usdPerMillion("US dollars for a million output tokens; 0 for embeddings."),
        cacheRead: optionalUsd("For a million input tokens that the provider read from its cache; default `input`."),
        cacheWrite: optionalUsd("For a million input tokens that the provider wrote to its cache; default `input`."),
        cacheWriteHour: optionalUsd("For a million of those that it keeps for an hour; default `cacheWrite`."),
      }),
    )
    .prefault({} as never),
  telemetry: z
    .strictObject({
      logLevel: choice("info", ["silent", "error", "warn", "info", "debug"], {
        description: "Least severity that is logged; `debug` logs each request.",
      }),
      accessLog: accessLogSchema,
      traces: flag(false, {
        description:
          "Spans and metrics by way of the API of OpenTelemetry, for whatever SDK is loaded; see [tracing](../tracing.md).",
      }),
      tenantLabel: flag(false, {
        description: "Whether the metrics tell the twenty tenants apart that ask most; all others are `other`.",
      }),
    })
    .prefault({} as never),
  security: z
    .strictObject({
      ...sealingFields,
      adminToken: bearerToken({
        description:
          "What opens the admin API; made on first start and kept in the file `admin-token` of the data folder when not set.",
        remedy: "Use a random text, such as the output of `openssl rand -hex 32`.",
      }),
      allowPrivateUpstreams,
      limits: networkLimitsSchema,
    })
    .superRefine(checkSealing)
    .prefault({} as never),
  compat: z
    .strictObject({
      headers: several(compatGateways, {
        description: "Gateways whose cache fields in requests are understood besides ours; none by default.",
        remedy: "Name those your clients were written for; see docs/compatibility.md.",
      }),
    })
    .prefault({} as never),
});

export const settingsSchema = sections.superRefine(assertSharing);

export type Settings = z.output<typeof settingsSchema>;

/** What the library's `coalescing` option may say. */
export interface CoalescingInput {
  readonly errorBackoff?: string | 0;
  readonly grace?: string | 0;
  readonly finishDetached?: boolean;
  readonly detachedTime?: string | 0;
  readonly detachedBytes?: number | string;
}

/** What the library's `prefix` option may say. */
export interface PrefixInput {
  /** Mark prompts where that pays; default false. */
  readonly breakpoints?: boolean;
  /** Tokens of the shortest prompt that a provider keeps, by pattern of the model. */
  readonly leastTokens?: Readonly<Record<string, number>>;
  /** What else is not as providers publish it, by pattern of the model; the first that says something decides on it. */
  readonly rules?: Readonly<Record<string, CacheRuleInput>>;
  /** What `cache.lint()` may remember and tell of prompts; default `places`: where they part, and none of their words. */
  readonly lint?: LintMode;
  /** Let OpenAI keep prompts for 24 hours, on its disks; default false. */
  readonly longRetention?: boolean;
  /** Send tools in the order of their names; default false. */
  readonly sortTools?: boolean;
}

/** What the library's `compat` option may say. */
export interface CompatInput {
  /** Gateways whose cache fields in requests are understood besides ours. */
  readonly headers?: "all" | readonly CompatGateway[];
}

/** The same for the calls that match: each given pattern must fit, `*` stands for any run of characters. */
export type RuleInput = PolicyInput & {
  readonly semantic?: SemanticMode;
  readonly edge?: TwinAccess;
  /** The scope in which its tenants share the answers; of a gateway's configuration. */
  readonly share?: string;
  /** Tags for the answers, besides those of the call. */
  readonly tags?: readonly string[];
  readonly match: RuleMatch;
};

/** One mistake in a set of options. */
export interface OptionMistake {
  /** Such as `upstreams.openai.url`. */
  readonly path: string;
  readonly value: unknown;
  /** Such as `must be an integer from 0 to 65535`. */
  readonly rule: string;
  readonly remedy: string;
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly mistakes: readonly OptionMistake[] };

/** Reads options of any origin; every mistake is reported, not only the first. */
export function readSettings(input: unknown): SettingsReading {
  const read = settingsSchema.safeParse(input ?? {});
  if (read.success) return { ok: true, settings: read.data };
  return { ok: false, mistakes: read.error.issues.flatMap((issue) => mistakesOf(issue, input)) };
}

/** The rule that a name breaks which no option has. */
export const unknownOption = "is not an option";

function mistakesOf(issue: z.core.$ZodIssue, input: unknown): OptionMistake[] {
  const at = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...at, key].join("."),
      value: valueAt(input, [...at, key]),
      rule: unknownOption,
      remedy: "Check the spelling against docs/reference/options.md, or remove it.",
    }));
  }
  const rule =
    issue.code === "invalid_type" ? `must be ${shapes[issue.expected] ?? `a ${issue.expected}`}` : issue.message;
  return [{ path: at.join("."), value: valueAt(input, at), rule, remedy: remedyFor(issue) }];
}

const section = "a section with options below it";
const shapes: Readonly<Record<string, string>> = { object: section, record: section, array: "a list" };

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const step of path)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

function remedyFor(issue: z.core.$ZodIssue): string {
  const own: unknown = issue.code === "custom" ? issue.params?.["remedy"] : undefined;
  return typeof own === "string" ? own : "Correct the value, or remove it to use the default.";
}
