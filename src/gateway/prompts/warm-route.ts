import { z } from "zod";
import { defined } from "../../core/defined.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { Core } from "../../core-assembly.ts";
import { referenceText } from "../../layers/prefix/registry/prompt-name.ts";
import type { RegisteredPrompt } from "../../layers/prefix/registry/registered-prompt.ts";
import type { WarmSettings } from "../../warm-options.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { readParameters } from "../admin/parameters.ts";
import { NotFoundError, RefusedError } from "../admin/problem.ts";
import { namedSchema, whichSchema } from "./prompt-schemas.ts";
import type { PromptWarming, Warmed } from "./prompt-warming.ts";

const text = z.string("must be a text that is not empty").min(1, "must be a text that is not empty");

const wishSchema = z.strictObject({
  ...whichSchema.shape,
  upstream: text.optional().meta({ description: "Default: those of `layers.prefix.warm` that name the prompt." }),
  model: text.optional().meta({ description: "Default: that of `layers.prefix.warm`." }),
  apiKey: text.optional().meta({ description: "With which it is called; default that of `layers.prefix.warm`." }),
});

export const warmedSchema = z.object({
  name: z.string(),
  version: z.string(),
  calls: z.array(
    z.object({
      upstream: z.string(),
      url: z.string().meta({ description: "Of the replica, or of the upstream." }),
      model: z.string(),
      result: z.enum(["warmed", "skipped", "failed"]),
      reason: z.string().optional().meta({
        description: "`below-minimum`: too short to be kept; `salted`: it would be kept for nobody; or what failed.",
      }),
      leastTokens: z.int().optional().meta({ description: "Below which nothing is kept, where that is the reason." }),
      promptTokens: z.int().optional(),
      cachedTokens: z.int().optional().meta({ description: "Of these, what was there already." }),
    }),
  ),
});

interface Wish {
  readonly upstream: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

export interface WarmRouteParts {
  readonly prompts: Core["prompts"];
  readonly warming: Pick<PromptWarming, "warm">;
  readonly settings: () => WarmSettings;
  readonly hasUpstream: (name: string) => boolean;
}

/** Warms a prompt up at once. Each call costs a token and the prompt, where the provider bills. */
export function warmRoute({ prompts, warming, settings, hasUpstream }: WarmRouteParts): AdminRoute {
  return adminRoute({
    method: "POST",
    path: "/prompts/{name}/warm",
    summary: "Send a call for one token that begins with the prompt to each replica of a pool, or to another upstream.",
    params: namedSchema,
    body: wishSchema,
    answer: warmedSchema,
    failures: [400, 404, 410, 503],
    async handle({ params: { name }, body }): Promise<z.output<typeof warmedSchema>> {
      const { version, tenant, ...wish } = readParameters(wishSchema, body ?? {});
      const found = await prompts.find(tenant, { name, version });
      const reference = referenceText(name, version);
      if (found.kind === "unknown") throw new NotFoundError(`There is no prompt ${reference}.`);
      if (found.kind === "deleted")
        throw new RefusedError(410, "prompt_deleted", { message: `The prompt ${reference} was deleted.` });
      const { prompt } = found;
      const calls = await Promise.all(
        wishesOf(prompt, wish, settings()).map(async (one) => {
          if (!hasUpstream(one.upstream)) throw wrong("upstream", "must be the name of an upstream");
          return (await warming.warm(one.upstream, prompt, one)).map((warmed) => shown(warmed, one));
        }),
      );
      return { name, version: prompt.version, calls: calls.flat() };
    },
  });
}

/** What is asked for, completed by the configuration. */
function wishesOf(
  prompt: RegisteredPrompt,
  { upstream, model, apiKey }: { readonly [Name in keyof Wish]?: Wish[Name] | undefined },
  settings: WarmSettings,
): readonly Wish[] {
  if (upstream !== undefined) {
    const configured = settings[upstream];
    const meant = model ?? configured?.model;
    if (meant === undefined)
      throw wrong("model", "must be given for an upstream that layers.prefix.warm does not name");
    return [{ upstream, model: meant, apiKey: apiKey ?? configured?.apiKey }];
  }
  const names = [prompt.name, referenceText(prompt.name, prompt.version)];
  const all = Object.entries(settings).filter(([, one]) => one.prompts.some((reference) => names.includes(reference)));
  if (all.length === 0) throw wrong("upstream", "must be given where layers.prefix.warm does not name the prompt");
  return all.map(([name, one]) => ({ upstream: name, model: model ?? one.model, apiKey: apiKey ?? one.apiKey }));
}

function shown({ target, result }: Warmed, { model }: Wish): z.output<typeof warmedSchema>["calls"][number] {
  const common = { upstream: target.upstream.name, url: target.server.id, model, result: result.kind };
  if (result.kind === "failed") return { ...common, reason: result.reason };
  if (result.kind === "skipped")
    return { ...common, ...defined({ reason: result.reason, leastTokens: result.leastTokens }) };
  const { usage } = result;
  if (usage === undefined) return common;
  return { ...common, promptTokens: usage.inputTokens, cachedTokens: usage.cachedInputTokens };
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, { message: `${path} ${rule}.`, rule });
}
