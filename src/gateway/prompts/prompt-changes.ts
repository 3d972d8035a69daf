import type { z } from "zod";
import { turnByTurn } from "../../core/steps.ts";
import { findingsAbout } from "../../layers/prefix/registry/prompt-findings.ts";
import {
  mostPromptBytes,
  PromptError,
  type PromptRegistry,
  type PromptWish,
} from "../../layers/prefix/registry/prompt-registry.ts";
import { nextTurn } from "../../vectors/next-turn.ts";
import { NotFoundError, RefusedError } from "../admin/problem.ts";
import type { namedRemovalSchema, removedPromptSchema, setPromptSchema } from "./prompt-schemas.ts";

/** What changes registered prompts, as the admin API does it; what cannot be done becomes a problem. */

export async function setPrompt(prompts: PromptRegistry, wish: PromptWish): Promise<z.output<typeof setPromptSchema>> {
  if (Buffer.byteLength(wish.text) > mostPromptBytes) throw tooLarge();
  const { prompt, isNew } = await prompts.set(wish).catch(refuse);
  const findings = await turnByTurn(findingsAbout(prompts.book, prompt), nextTurn);
  return {
    name: prompt.name,
    version: prompt.version,
    isNew,
    findings: findings.map((one) => ({ ...one, prompts: [...one.prompts] })),
  };
}

export async function removePrompt(
  prompts: PromptRegistry,
  { name, version, tenant }: z.output<typeof namedRemovalSchema>,
): Promise<z.output<typeof removedPromptSchema>> {
  return { versions: [...(await prompts.remove(tenant, { name, version }).catch(refuse))] };
}

function refuse(error: unknown): never {
  if (!(error instanceof PromptError)) throw error;
  const { fault, message, remedy } = error;
  if (fault === "not_found") throw new NotFoundError(message);
  throw new RefusedError(409, fault, { message, remedy });
}

function tooLarge(): RefusedError {
  return new RefusedError(413, "prompt_too_large", {
    message: `A prompt has at most ${mostPromptBytes} bytes of UTF-8.`,
    remedy: "Put what is longer into the messages of the calls that need it.",
  });
}
