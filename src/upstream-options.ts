import { z } from "zod";
import { defined } from "./core/defined.ts";
import { isTenantPattern, tenantPatternRule } from "./core/tenant-name.ts";
import { baseUrl, choice, duration, type Field, field, flag, integer, withoutDefault } from "./option-fields.ts";

/** The options of one upstream: a server, or a pool of servers that compute the same. */

const mostReplicas = 256;

export interface ReplicaSettings {
  readonly url: string;
  /** Where its engine tells of its cache, such as `tcp://10.0.0.1:5557`, and where it repeats what was missed. */
  readonly kvEvents?: string;
  readonly kvReplay?: string;
}

const replicaList = field(
  (value): readonly ReplicaSettings[] | undefined => {
    if (!Array.isArray(value) || value.length > mostReplicas) return undefined;
    const replicas = value.flatMap((one) => replicaOf(one) ?? []);
    const isRight = replicas.length === value.length && new Set(replicas.map(({ url }) => url)).size === value.length;
    return isRight ? replicas : undefined;
  },
  {
    description:
      "Servers that compute the same, by their base URLs; each call goes to the one that `routing` chooses. Of vLLM also `{ url, kvEvents, kvReplay }`. See [pools](../pools.md).",
    rule: `a list of at most ${mostReplicas} different base URLs, or of such with "kvEvents" and "kvReplay" like "tcp://10.0.0.1:5557"`,
    default: [],
  },
);

function replicaOf(value: unknown): ReplicaSettings | undefined {
  if (typeof value !== "object" || value === null) value = { url: value };
  const { url, kvEvents, kvReplay, ...others } = value as Readonly<Record<string, unknown>>;
  const { success, data } = baseUrl.safeParse(url);
  const isRight = [kvEvents, kvReplay].every((endpoint) => endpoint === undefined || isEndpoint(endpoint));
  if (!success || !isRight || Object.keys(others).length > 0) return undefined;
  return { url: data, ...defined({ kvEvents: kvEvents as string, kvReplay: kvReplay as string }) };
}

function isEndpoint(value: unknown): boolean {
  return typeof value === "string" && /^tcp:\/\/(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(value) && URL.canParse(value);
}

/** What can stand in a header field as it is. */
const apiKey = withoutDefault.get(
  field((value) => (typeof value === "string" && /^[!-~]{1,4096}$/.test(value) ? value : undefined), {
    description:
      "The credential that the upstream is sent in place of the caller's, in the tenancy modes `keys` and `header`.",
    rule: "a text of printable ASCII characters without spaces",
    remedy: "Name a variable of the environment in its place, which holds it.",
  }),
) as z.ZodOptional<Field<string>>;

const tenantPatterns = field(
  (value): readonly string[] | undefined => {
    if (!Array.isArray(value) || value.length === 0 || value.length > 1_000) return undefined;
    return value.every(isTenantPattern) ? value : undefined;
  },
  {
    description:
      "Which tenants may use it, in the tenancy modes `keys` and `header`; `*` stands for anything. For others it is not there.",
    rule: "a list of names of tenants, in which * stands for anything",
    default: ["*"],
    remedy: "Write tenants as `reprise keys create --tenant` takes them, or as the proxy names them.",
  },
  (value) => {
    const wrong = Array.isArray(value) ? value.flatMap((one, at) => (isTenantPattern(one) ? [] : [at])) : [];
    if (wrong.length === 0) return [{ at: [], rule: "a list of names of tenants, in which * stands for anything" }];
    return wrong.map((at) => ({ at: [at], rule: tenantPatternRule }));
  },
);

const fields = z.strictObject({
  url: baseUrl.optional(),
  apiKey,
  apiKeyField: choice("auto", ["auto", "authorization", "x-api-key", "x-goog-api-key", "api-key"], {
    description:
      "In which field `apiKey` is sent; `auto`: `authorization`, for Anthropic `x-api-key`, for Gemini `x-goog-api-key`, for hosts of Azure `api-key`.",
  }),
  accountFields: choice("drop", ["drop", "pass"], {
    description:
      "Where `apiKey` is sent: whether callers choose the account that it is booked on, by fields such as `OpenAI-Organization`, `OpenAI-Project` or `X-Goog-User-Project`. `drop`: those go no further.",
  }),
  tenants: tenantPatterns,
  replicas: replicaList,
  routing: choice("affinity", ["affinity", "bounded-hashing", "least-load", "round-robin", "slots"], {
    description: "Which replica a call goes to.",
  }),
  cacheBlocks: integer(8_192, 16, 1_000_000, {
    description:
      "How much of prompts a replica is supposed to keep at first, in blocks of 512 characters; what it reports corrects it.",
  }),
  slots: integer(1, 1, 1_024, {
    description:
      "How many slots each replica has, for `routing: slots` (llama.cpp's `-np`). Of one that has fewer, and says so, fewer are used.",
  }),
  salt: flag(false, {
    description: "Send engines that take one (vLLM, SGLang) a `cache_salt` for each tenant, in place of the client's.",
  }),
  breakpoints: choice("auto", ["auto", "always", "never"], {
    description:
      "Whether it knows the marks of its protocol's own provider, where `layers.prefix.breakpoints` is on; `auto`: its host tells.",
  }),
  fanOut: choice("auto", ["auto", "wait", "off"], {
    description:
      "Whether of several calls that begin alike one goes first, until the others can read what the server keeps of it; `auto`: for Anthropic. See [breakpoints](../prefix-breakpoints.md#many-calls-at-once).",
  }),
  fanOutWait: duration("5s", { description: "The most that a call waits for another one to go first." }),
  fanOutTokens: integer(1_024, 128, 1_000_000, {
    description:
      "The shortest common beginning that is waited for, where the provider does not say how short it may be.",
  }),
  healthPath: field(
    (value) => {
      if (value === "off" || value === false) return "off";
      return typeof value === "string" && /^\/[!-~]*$/.test(value) ? value : undefined;
    },
    {
      description:
        "Where each replica is asked for its health, on its own host, as vLLM, SGLang, TGI and llama.cpp are.",
      rule: 'a path that begins with a slash, or "off"',
      default: "/health",
    },
  ),
  healthInterval: duration("5s", { description: "How often." }),
  allowPrivate: flag(false, {
    description:
      "Whether it may be a name of the public name system that leads to private addresses; see [hardening](../hardening.md#where-the-gateway-connects-to).",
  }),
  protocol: choice("openai", ["openai", "anthropic", "gemini"], {
    description: "Whose routes the upstream serves.",
  }),
  connectTimeout: duration("5s", { description: "Bound on connecting." }),
  firstByteTimeout: duration("5m", { description: "Bound on the wait for the head of the answer." }),
  idleTimeout: duration("2m", { description: "Bound on the silence between two chunks." }),
});

export const upstreamSchema = fields.superRefine((upstream, context) => {
  if (urlOf(upstream) !== undefined) return;
  const message = "must be an http or https URL, unless there are `replicas`";
  const remedy = "Give the base URL, or the base URLs of its replicas.";
  context.addIssue({ code: "custom", path: ["url"], message, input: undefined, params: { remedy } });
});

export type UpstreamSettings = z.output<typeof upstreamSchema>;

/** What answers of the upstream are kept under: its URL, or that of the first of its replicas. */
export function urlOf({ url, replicas }: Pick<z.output<typeof fields>, "url" | "replicas">): string | undefined {
  return url ?? replicas[0]?.url;
}
