import { isEmbeddingProtocol } from "../../core/embedding-protocol.ts";
import { RequestRejectedError, StoreUnavailableError } from "../../core/errors.ts";
import type { Core } from "../../core-assembly.ts";
import type { IncomingCall } from "../../embeddings/embedding-intake.ts";
import type { Found } from "../../layers/prefix/registry/prompt-book.ts";
import { promptId } from "../../layers/prefix/registry/prompt-matcher.ts";
import { readReference, referenceRule } from "../../layers/prefix/registry/prompt-name.ts";

/**
 * A call that refers to a registered prompt, made into the call that it would be with the text in it, before anything
 * else reads it: its key, its rules and what is sent on are those of a client who wrote the text himself.
 */

export const promptField = "X-AI-Prompt";
const fieldName = "x-ai-prompt";

/** Whether a call refers to a prompt. */
export function refersToPrompt(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) if (isField(rawHeaders[index] as string)) return true;
  return false;
}

/** The call with the text of the prompt. Rejects with `RequestRejectedError`. */
export async function withPrompt(core: Pick<Core, "prompts" | "tenantOf">, call: IncomingCall): Promise<IncomingCall> {
  const { protocol, rawHeaders: given } = call;
  const values = given.filter((_, index) => index % 2 === 1 && isField(given[index - 1] as string));
  const rawHeaders = given.filter((_, index) => !isField(given[index - (index % 2)] as string));
  const wanted = values.join(", ").trim();
  const reference = readReference(wanted);
  if (reference === undefined) throw refused(400, "invalid_header", `${promptField} ${referenceRule}`);
  const withSystem = isEmbeddingProtocol(protocol) ? undefined : protocol.withSystem;
  if (withSystem === undefined)
    throw refused(400, "invalid_header", `${promptField} has no meaning here: ${protocol.name} has no system prompt`);
  const referring = { ...call, rawHeaders };
  const found = await core.prompts.find(core.tenantOf(referring), reference).catch((error: unknown) => {
    throw error instanceof StoreUnavailableError ? notNow(wanted, error) : error;
  });
  if (found.kind !== "found") throw notThere(wanted, found);
  const { prompt } = found;
  return { ...referring, body: withSystem(call.body, prompt.text), prompt: promptId(prompt) };
}

/** Where calls pass through as they are, nothing can be put into them. */
export function refuseReference(): RequestRejectedError {
  const message = `${promptField} is understood where the cache looks at calls; this path passes through`;
  return refused(400, "invalid_header", message);
}

/** What caches keep of a QUERY they keep by its body: they would give it to calls that refer to another prompt. */
export function refuseReferenceInQuery(): RequestRejectedError {
  return refused(
    400,
    "invalid_header",
    `${promptField} cannot stand in a QUERY; write the text into its body, or POST it`,
  );
}

function isField(name: string): boolean {
  return name.length === fieldName.length && name.toLowerCase() === fieldName;
}

function notThere(wanted: string, found: Exclude<Found, { readonly kind: "found" }>): RequestRejectedError {
  if (found.kind === "deleted") return refused(410, "prompt_deleted", `The prompt ${wanted} was deleted`);
  const near = found.near.length === 0 ? "" : `; near to it: ${found.near.join(", ")}`;
  return refused(400, "unknown_prompt", `There is no prompt ${wanted}${near}`);
}

function notNow(wanted: string, cause: StoreUnavailableError): RequestRejectedError {
  const message = `The prompt ${wanted} is not known here, and the store cannot be asked for it`;
  return refused(503, "prompts_unavailable", message, cause);
}

function refused(status: number, code: string, message: string, cause?: unknown): RequestRejectedError {
  return new RequestRejectedError({ status, code, param: promptField, message: `${message}.`, cause });
}
