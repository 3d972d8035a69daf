import type { LayerName } from "./directives.ts";
import type { Limits } from "./limits.ts";

/**
 * Who asks, where somebody has checked it: by a virtual key, or by the word of a trusted proxy. The gateway puts it beside
 * the request, and the tenant of the call is this one, whatever the request says. Of one key it is the same object as long
 * as nothing about the key has changed, so that whoever remembers it can compare by identity.
 */
export interface AskedBy {
  readonly tenant: string;
  /** Whom the key is for; what the request says of its user does not count then. */
  readonly user?: string;
  /** The id of the virtual key; it stays when the key is rotated. */
  readonly keyId?: string;
  /** Patterns of the models that may be asked for; without them all. */
  readonly models?: readonly string[];
  /** The layers that may be used; without them all. */
  readonly layers?: readonly LayerName[];
  readonly limits?: Limits;
}
