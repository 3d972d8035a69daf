import { systemRandom } from "../../core/clock.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import type { Core, CoreOptions } from "../../core-assembly.ts";
import type { Peers } from "../../workers/peers.ts";
import type { ModelRouteParts } from "../model-route.ts";
import type { ShelfStore } from "./key-shelf.ts";
import { VirtualKeys } from "./virtual-keys.ts";

export interface KeysAssemblyParts extends Pick<ModelRouteParts, "clock"> {
  readonly core: Pick<Core, "stored">;
  readonly shared: Pick<CoreOptions, "bus"> & { readonly store?: SharedStore };
  readonly peers: Peers | undefined;
}

/** The virtual keys of a gateway: in the store that it shares, asked without copies, since an old answer would let in. */
export function virtualKeysOf({ core, clock, shared, peers }: KeysAssemblyParts): VirtualKeys {
  const { truth } = core.stored;
  const { store: given, bus = given?.bus } = shared;
  const { flush } = (given ?? {}) as Pick<ShelfStore, "flush">;
  const store: ShelfStore = {
    get: (tenant, keys) => truth.get(tenant, keys),
    set: (tenant, key, value, options) => truth.set(tenant, key, value, options),
    add: (tenant, key, value, options) => truth.add(tenant, key, value, options),
    delete: (tenant, key) => truth.delete(tenant, key),
    ...(flush && { flush: () => flush.call(given) }),
  };
  return new VirtualKeys({ store, bus, heard: peers && (() => peers.heard()), clock, random: systemRandom });
}
