import { z } from "zod";
import { isTag, mostTags, tagsRule } from "../../core/directives.ts";
import { durationMs, durationText } from "../../core/duration.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { answerPath, bodyOf } from "../../layers/edge/answer-forms.ts";
import { type AnswerHead, type AnswerVersion, isSlug, slugRule } from "../../layers/edge/published-answer.ts";
import type { Edge } from "../edge/edge.ts";
import { type AdminRoute, adminRoute } from "./admin-route.ts";
import { wholeNumber } from "./parameters.ts";
import { NotFoundError } from "./problem.ts";

const slug = z.string(slugRule).refine(isSlug, slugRule).meta({ description: "Its name in the path." });
const instant = (description: string) => z.iso.datetime().meta({ description });
const line = (most: number, description: string) => {
  const rule = `must be a line of 1 to ${most} characters`;
  return z
    .string(rule)
    .max(most, rule)
    .regex(/^[^\p{Cc}]+$/u, rule)
    .meta({ description });
};
const languageRule = "must be a language tag, such as en or pt-BR";
const everyRule = 'must be a duration of at least a minute, such as "1h"';
const mostHeaders = 8;
const headersRule = `must be at most ${mostHeaders} of authorization, x-api-key, api-key and x-goog-api-key`;
const credentialRule = `must name an environment variable of the gateway, such as \${OPENAI_API_KEY}, since what stands here is kept in the store`;
const isEvery = (text: string) => (durationMs(text) ?? 0) >= 60_000;

const wishSchema = z.strictObject(
  {
    slug,
    entry: z
      .string("must be the id of an entry")
      .optional()
      .meta({ description: "What is published: an entry, by its id." }),
    version: z
      .int("must be a whole number")
      .min(1)
      .optional()
      .meta({ description: "Or a version that was made before." }),
    prompt: z
      .strictObject(
        {
          path: z.string("must be a path").meta({ description: "Of the endpoint, such as `/v1/chat/completions`." }),
          body: z
            .record(z.string(), z.unknown(), "must be an object")
            .meta({ description: "The request, as a client sends it." }),
          headers: z
            .partialRecord(
              z.enum(["authorization", "x-api-key", "api-key", "x-goog-api-key"], headersRule),
              z.string(headersRule).regex(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/, credentialRule),
            )
            .optional()
            .meta({
              description:
                "Credentials; a name in braces after a dollar sign stands for an environment variable of the gateway, and is stored as it stands.",
            }),
          every: z.string(everyRule).refine(isEvery, everyRule).meta({ description: "How often it is asked again." }),
        },
        "must be an object with path, body and every",
      )
      .optional()
      .meta({ description: "Or what a prompt is answered with, now and again and again." }),
    title: line(200, "Of the page.").optional(),
    language: z
      .string(languageRule)
      .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, languageRule)
      .optional()
      .meta({ description: "Of the text." }),
    tags: z
      .array(z.string(tagsRule).refine(isTag, tagsRule), `must be ${tagsRule}`)
      .max(mostTags, `must be ${tagsRule}`)
      .optional()
      .meta({ description: "By which it can be taken back, besides those of the entry." }),
    draft: z
      .boolean("must be true or false")
      .optional()
      .meta({ description: "Make a version, and show it to nobody but the administrator." }),
  },
  "must be an object that says what to publish",
);

export const headSchema = z.object({
  slug: z.string(),
  state: z.enum(["live", "draft", "withdrawn"]),
  path: z.string().meta({ description: "Where it is published." }),
  version: z.int().optional().meta({ description: "The one that is shown." }),
  latest: z.int().meta({ description: "The newest." }),
  changedAt: instant("When another one, or none, was last shown."),
  every: z.string().optional().meta({ description: "How often its prompt is asked again." }),
  refreshedAt: instant("When its prompt was last answered.").optional(),
  failure: z
    .object({ at: z.iso.datetime(), reason: z.string() })
    .optional()
    .meta({ description: "Why it could not be kept fresh lately." }),
});

export const detailSchema = headSchema.extend({
  shown: z
    .object({
      version: z.int(),
      alive: z.boolean().meta({ description: "Nothing that it was made of was taken back." }),
      title: z.string().optional(),
      language: z.string().optional(),
      model: z.string().optional(),
      tags: z.array(z.string()),
      computedAt: z.iso.datetime(),
      publishedAt: z.iso.datetime(),
      json: z.string(),
      text: z.string(),
      html: z.string(),
    })
    .optional()
    .meta({ description: "The version that was asked for, or the newest, in the forms in which it is published." }),
});

const paramsSchema = z.strictObject({ slug });
const failures = [400, 404, 413, 503];

/** What is published. */
export function answersRoutes(edge: Edge): readonly AdminRoute[] {
  const { registry, answers } = edge;
  return [
    adminRoute({
      method: "GET",
      path: "/answers",
      summary: "List the answers that are published, that are drafts, and that were withdrawn.",
      answer: z.object({ answers: z.array(headSchema) }),
      failures: [503],
      handle: async () => ({ answers: (await registry.heads()).map(shownHead) }),
    }),
    adminRoute({
      method: "GET",
      path: "/answers/{slug}",
      summary: "See a published answer, a draft or an earlier version in all its forms.",
      params: paramsSchema,
      query: z.strictObject({
        version: wholeNumber(1, 100_000).optional().meta({ description: "Default: the newest." }),
      }),
      answer: detailSchema,
      failures: [404, 503],
      async handle({ params, query }) {
        const head = await registry.head(params.slug);
        if (head === undefined) throw new NotFoundError(`Nothing is published under ${params.slug}.`);
        const number = query.version ?? head.latest;
        const version = await registry.version(params.slug, number);
        if (version === undefined && query.version !== undefined)
          throw new NotFoundError(`There is no version ${number} of ${params.slug}.`);
        const shown = version && shownVersion(version, await registry.isAlive(version));
        return { ...shownHead(head), ...(shown && { shown }) };
      },
    }),
    {
      method: "POST",
      path: "/answers",
      summary: "Publish an entry, an earlier version, or what a prompt is answered with.",
      body: wishSchema,
      answer: headSchema,
      failures,
      handle: async ({ body }) => shownHead(await publish(edge, readWish(body))),
    },
    adminRoute({
      method: "DELETE",
      path: "/answers/{slug}",
      summary: "Withdraw what is published; who asks for it is told that it is gone.",
      params: paramsSchema,
      answer: headSchema,
      failures: [404, 503],
      handle: async ({ params }) => shownHead(await answers.unpublish(params.slug)),
    }),
  ];
}

type Wish = z.output<typeof wishSchema>;

async function publish({ answers, refresher, registry }: Edge, wish: Wish): Promise<AnswerHead> {
  const { entry, version, prompt, title, language, tags } = wish;
  const common = { slug: wish.slug, title, language, tags, isDraft: wish.draft === true };
  if (entry !== undefined) return answers.publish(entry, common);
  if (version !== undefined) return answers.show(wish.slug, version);
  const { path, body, headers, every } = prompt as NonNullable<Wish["prompt"]>;
  const fresh = { path, body, headers: headers ?? {}, everyMs: durationMs(every) as number };
  const generation = await registry.generation(wish.slug);
  const before = await registry.head(wish.slug);
  const made = await refresher.ask(fresh, tags ?? []);
  // Who withdraws it, or publishes something else, while it is asked has the last word.
  if ((await registry.head(wish.slug))?.id !== before?.id)
    throw wrong("slug", "must not be published or withdrawn by another at the same time; see what there is now");
  return answers.publish(made, { ...common, prompt: fresh, generation });
}

function readWish(body: unknown): Wish {
  const reading = wishSchema.safeParse(body);
  if (!reading.success) {
    const issue = reading.error.issues[0] as z.core.$ZodIssue;
    if (issue.code !== "unrecognized_keys") throw wrong(issue.path.map(String).join("."), issue.message);
    throw wrong([...issue.path, issue.keys[0]].join("."), "is not something to publish by");
  }
  const { entry, version, prompt, draft } = reading.data;
  const named = [entry, version, prompt].filter((one) => one !== undefined);
  if (named.length !== 1) throw wrong("entry", "must be named, or a version or a prompt in its place");
  if (draft === true && entry === undefined) throw wrong("draft", "must only be said of an entry");
  return reading.data;
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, { message: `${path === "" ? "The request" : path} ${rule}.`, rule });
}

function shownHead(head: AnswerHead): z.output<typeof headSchema> {
  const { slug, state, current, latest, changedAt, prompt, refreshedAt, failed } = head;
  return {
    ...{ slug, state, latest },
    path: answerPath(slug, "json"),
    ...(current !== undefined && { version: current }),
    changedAt: instantOf(changedAt),
    ...(prompt !== undefined && { every: durationText(prompt.everyMs) }),
    ...(refreshedAt !== undefined && { refreshedAt: instantOf(refreshedAt) }),
    ...(failed !== undefined && { failure: { at: instantOf(failed.at), reason: failed.reason } }),
  };
}

function shownVersion(version: AnswerVersion, alive: boolean) {
  const { title, language, model, tags, computedAt, publishedAt } = version;
  const form = (name: "json" | "text" | "html") => Buffer.from(bodyOf(version, name)).toString("utf8");
  return {
    version: version.version,
    alive,
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    ...(model !== undefined && { model }),
    tags: [...tags],
    computedAt: instantOf(computedAt),
    publishedAt: instantOf(publishedAt),
    ...{ json: form("json"), text: form("text"), html: form("html") },
  };
}

function instantOf(at: number): string {
  return new Date(at).toISOString();
}
