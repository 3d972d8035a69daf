import type { z } from "zod";
import { turnByTurn } from "../../core/steps.ts";
import type { Core } from "../../core-assembly.ts";
import { findingsOf } from "../../layers/prefix/registry/prompt-findings.ts";
import { referenceText } from "../../layers/prefix/registry/prompt-name.ts";
import { nextTurn } from "../../vectors/next-turn.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { readParameters } from "../admin/parameters.ts";
import { NotFoundError, RefusedError } from "../admin/problem.ts";
import { removePrompt, setPrompt } from "./prompt-changes.ts";
import { listingOf } from "./prompt-listing.ts";
import {
  listingSchema,
  namedRemovalSchema,
  namedSchema,
  namedSettingSchema,
  promptsSchema,
  removedPromptSchema,
  removedVersionsSchema,
  setPromptSchema,
  settingSchema,
  shownPromptSchema,
  whichSchema,
} from "./prompt-schemas.ts";

/** Named system prompts: what there is, and how it is used; setting versions, and taking them back. */

const usualWindow = "24h";

export function promptRoutes({ prompts, rollups }: Pick<Core, "prompts" | "rollups">): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/prompts",
      summary: "See the registered prompts, how many calls begin with each, and what the lint has to say of them.",
      query: listingSchema,
      answer: promptsSchema,
      failures: [400, 503],
      async handle({ query: { window = usualWindow } }): Promise<z.output<typeof promptsSchema>> {
        await prompts.read();
        const { book } = prompts;
        const findings = await turnByTurn(findingsOf(book), nextTurn);
        return listingOf(book, findings, await rollups.stats(window), window);
      },
    }),
    adminRoute({
      method: "PUT",
      path: "/prompts",
      summary: "Register a version of a prompt that the body names; as by its own path.",
      body: namedSettingSchema,
      answer: setPromptSchema,
      failures: [400, 409, 413, 503],
      async handle({ body }): Promise<z.output<typeof setPromptSchema>> {
        return setPrompt(prompts, readParameters(namedSettingSchema, body));
      },
    }),
    adminRoute({
      method: "DELETE",
      path: "/prompts",
      summary: "Delete a version of a prompt that the query names, or all; as by its own path.",
      query: namedRemovalSchema,
      answer: removedPromptSchema,
      failures: [400, 404, 503],
      async handle({ query }): Promise<z.output<typeof removedPromptSchema>> {
        return removePrompt(prompts, query);
      },
    }),
    adminRoute({
      method: "GET",
      path: "/prompts/{name}",
      summary: "See a registered prompt with its text.",
      params: namedSchema,
      query: whichSchema,
      answer: shownPromptSchema,
      failures: [400, 404, 410, 503],
      async handle({ params: { name }, query: { version, tenant } }): Promise<z.output<typeof shownPromptSchema>> {
        const found = await prompts.find(tenant, { name, version });
        if (found.kind === "unknown") throw new NotFoundError(`There is no prompt ${referenceText(name, version)}.`);
        if (found.kind === "deleted") throw wasDeleted(referenceText(name, version));
        const { text, createdAt, ...prompt } = found.prompt;
        const whose = prompt.tenant === undefined ? {} : { tenant: prompt.tenant };
        return { name, ...whose, version: prompt.version, createdAt: new Date(createdAt).toISOString(), text };
      },
    }),
    adminRoute({
      method: "PUT",
      path: "/prompts/{name}",
      summary: "Register a version of a prompt, which never changes; the name alone means the last one.",
      params: namedSchema,
      body: settingSchema,
      answer: setPromptSchema,
      failures: [400, 409, 413, 503],
      async handle({ params: { name }, body }): Promise<z.output<typeof setPromptSchema>> {
        return setPrompt(prompts, { name, ...readParameters(settingSchema, body) });
      },
    }),
    adminRoute({
      method: "DELETE",
      path: "/prompts/{name}",
      summary: "Delete a version of a prompt, or all; calls that refer to what was deleted are refused.",
      params: namedSchema,
      query: removedVersionsSchema,
      answer: removedPromptSchema,
      failures: [400, 404, 503],
      async handle({ params: { name }, query: { version, tenant } }): Promise<z.output<typeof removedPromptSchema>> {
        return removePrompt(prompts, { name, version, tenant });
      },
    }),
  ];
}

function wasDeleted(reference: string): RefusedError {
  return new RefusedError(410, "prompt_deleted", { message: `The prompt ${reference} was deleted.` });
}
