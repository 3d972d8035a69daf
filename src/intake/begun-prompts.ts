import { askerOf, type Call } from "../core/call.ts";
import type { ParsedRequest } from "../core/protocol.ts";

/** Registered prompts as calls are compared with them; another object when there are others. */
export interface KnownPrompts {
  readonly isEmpty: boolean;
  /** The name of the one that `system` begins with. */
  match(tenant: string, system: string): string | undefined;
}

/** Which registered prompt a call begins with. It is looked for once, as long as the call and the prompts are the same. */
export class BegunPrompts {
  readonly #known: () => KnownPrompts;
  readonly #found = new WeakMap<Call, { readonly among: KnownPrompts; readonly prompt: string | undefined }>();

  constructor(known: () => KnownPrompts) {
    this.#known = known;
  }

  of(call: Call, parsed: () => ParsedRequest): string | undefined {
    const among = this.#known();
    if (among.isEmpty) return undefined;
    const found = this.#found.get(call);
    if (found?.among === among) return found.prompt;
    const system = parsed().system?.();
    const prompt = system === undefined ? undefined : among.match(askerOf(call), system);
    this.#found.set(call, { among, prompt });
    return prompt;
  }
}
