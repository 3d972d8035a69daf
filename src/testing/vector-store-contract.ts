/**
 * What every vector store must do, as a list of cases that any test runner can take:
 *
 *     for (const { name, run } of vectorStoreContract(make)) test(name, run);
 *
 * Each case makes a store of its own, empty, with the clock handed to it. `stats()` of a store waits until what it
 * was given before can be seen by others over the same data. A driver that cannot do something says so with a reason
 * in `except`.
 */

import assert from "node:assert/strict";
import type { StoreContractCase } from "./store-contract.ts";
import type { VectorStoreCapability, VectorStoreUnderTest } from "./vector-store-case.ts";
import { basicVectorCases } from "./vector-store-contract-basic.ts";
import { lastingVectorCases } from "./vector-store-contract-lasting.ts";

export type { VectorStoreCapability, VectorStoreUnderTest } from "./vector-store-case.ts";

export interface VectorStoreContractOptions {
  /** Capabilities the driver does not have, each with the reason in words. */
  readonly except?: Partial<Readonly<Record<VectorStoreCapability, string>>>;
}

export function vectorStoreContract(
  make: () => Promise<VectorStoreUnderTest>,
  { except = {} }: VectorStoreContractOptions = {},
): readonly StoreContractCase[] {
  for (const [capability, reason] of Object.entries(except)) {
    assert.ok(reason.trim().length > 10, `except.${capability} needs a reason in words`);
  }
  return [...basicVectorCases, ...lastingVectorCases]
    .filter(({ needs }) => needs === undefined || except[needs] === undefined)
    .map(({ name, check }) => ({
      name,
      run: async () => {
        const subject = await make();
        try {
          await check(subject);
        } finally {
          await subject.store.close();
          await subject.dispose?.();
        }
      },
    }));
}
