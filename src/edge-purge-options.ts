import { z } from "zod";
import { baseUrl, choice, duration, type Field, field, optionalText, withoutDefault } from "./option-fields.ts";

/** The options of one cache in front of the gateway that is told to forget: section `layers.edge.purge.NAME`. */

const kinds = ["varnish", "nginx", "cloudflare", "fastly", "cloudfront", "webhook"] as const;
const plans = ["free", "pro", "business", "enterprise"] as const;

const optionalUrl = (description: string) =>
  withoutDefault.get(
    field((value) => baseUrl.safeParse(value).data, {
      description,
      rule: "an http or https URL without user, query or fragment",
    }),
  ) as z.ZodOptional<Field<string>>;

const fields = z.strictObject({
  kind: choice("webhook", kinds, { description: "What it is." }),
  url: optionalUrl(
    "Where it takes purges: the address of Varnish, of nginx' server block for them, of a webhook. Of services: their API, where that is another one than the public one.",
  ),
  site: optionalUrl("What visitors of Cloudflare and Fastly see, such as `https://www.example.com`."),
  secret: optionalText({
    description: "What Varnish, nginx and webhooks know the gateway by; text of at least 16 characters.",
  }),
  token: optionalText({ description: "API token of Cloudflare or Fastly." }),
  zone: optionalText({ description: "Of Cloudflare." }),
  plan: choice("free", plans, { description: "Of Cloudflare: how often it takes purges." }),
  service: optionalText({ description: "Of Fastly." }),
  distribution: optionalText({ description: "Of CloudFront." }),
  accessKeyId: optionalText({ description: "Of AWS, for CloudFront." }),
  secretAccessKey: optionalText({ description: "Of AWS, for CloudFront." }),
  sessionToken: optionalText({ description: "Of AWS, with temporary credentials." }),
  repeatAfter: duration("3s", {
    description:
      "A purge is made once more after this, for an answer that was on its way to the cache at the first; 0 for never.",
  }),
});

type Fields = z.output<typeof fields>;

/** What each kind cannot do without. */
const needed: Readonly<Record<(typeof kinds)[number], readonly (keyof Fields)[]>> = {
  varnish: ["url", "secret"],
  nginx: ["url", "secret"],
  cloudflare: ["site", "zone", "token"],
  fastly: ["site", "service", "token"],
  cloudfront: ["distribution", "accessKeyId", "secretAccessKey"],
  webhook: ["url", "secret"],
};

const cacheSchema = fields.superRefine((cache, context) => {
  for (const name of needed[cache.kind]) {
    if (cache[name] !== undefined) continue;
    const remedy = `Give \`${name}\`; see docs/edge-servers.md.`;
    const message = `must be there for a cache of the kind ${cache.kind}`;
    context.addIssue({ code: "custom", path: [name], message, input: undefined, params: { remedy } });
  }
  if (cache.secret === undefined || /^[!-~]{16,}$/.test(cache.secret)) return;
  const remedy = "Use a random text, such as the output of `openssl rand -hex 32`.";
  const message = "must be at least 16 characters of ASCII, without spaces";
  context.addIssue({ code: "custom", path: ["secret"], message, input: cache.secret, params: { remedy } });
});

/** Their names stand in keys of the store, in metrics and in the log. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const edgePurgeSchema = z
  .record(z.string(), cacheSchema)
  .superRefine((caches, context) => {
    for (const name of Object.keys(caches).filter((one) => !namePattern.test(one))) {
      const message = "must be named with letters, digits, dot, dash and underscore";
      context.addIssue({ code: "custom", path: [name], message, params: { remedy: "Rename the cache." } });
    }
  })
  .prefault({});

export type PurgedCacheSettings = Fields;
