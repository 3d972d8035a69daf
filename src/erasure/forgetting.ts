import type { OpenedEntries } from "../core/opened-entries.ts";
import type { Store } from "../core/store.ts";
import { isListable } from "../core/store-listing.ts";
import type { RenderedReplies } from "../embeddings/rendered-replies.ts";
import type { Replayer } from "../layers/exact/replay.ts";
import type { LiveLint } from "../prompt-lint/live-lint.ts";
import type { AssembledSemantic, ForgottenVectors } from "../semantic-assembly.ts";
import { sweepTenant } from "./row-sweep.ts";

/**
 * What this process remembers of a tenant beside the store. None of it would be served any more; it is forgotten so that it
 * is not here either. What is kept for all tenants together, and only for speed, goes as a whole.
 */

export interface RememberingParts {
  /** In memory, before the store; `undefined` where the store is nothing else. */
  readonly copies: Store | undefined;
  readonly opened: OpenedEntries;
  readonly replayer: Replayer;
  readonly rendered: RenderedReplies;
  readonly lint: LiveLint;
  readonly semantic: Pick<AssembledSemantic, "forget"> | undefined;
  /** Requests that were seen lately are not recognised any more. */
  readonly forgetRequests: () => void;
}

/** Resolves when it is forgotten. Vectors are removed from their store as well, all of the tenant unless it says which. */
export async function forgetTenant(
  tenant: string,
  which: ForgottenVectors | undefined,
  { copies, opened, replayer, rendered, lint, semantic, forgetRequests }: RememberingParts,
): Promise<void> {
  forgetRequests();
  lint.forget(tenant);
  opened.clear();
  replayer.clear();
  rendered.clear();
  if (copies !== undefined && isListable(copies)) await sweepTenant(copies, tenant, () => false);
  await semantic?.forget(tenant, which);
}
