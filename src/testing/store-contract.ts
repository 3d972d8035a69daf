/**
 * What every store must do, as a list of cases that any test runner can take:
 *
 *     for (const { name, run } of storeContract(make)) test(name, run);
 *
 * Each case makes a store of its own. Make it small (8 to 64 MiB) and empty, with the clock handed to it: cases
 * fill it ten times over and move the time. A driver that cannot do something says so with a reason in `except`.
 */

import assert from "node:assert/strict";
import type { StoreCapability, StoreUnderTest } from "./store-case.ts";
import { basicCases } from "./store-contract-basic.ts";
import { capacityCases } from "./store-contract-capacity.ts";

export type { StoreCapability, StoreUnderTest } from "./store-case.ts";

export interface StoreContractOptions {
  /** Capabilities the driver does not have, each with the reason in words. */
  readonly except?: Partial<Readonly<Record<StoreCapability, string>>>;
}

export interface StoreContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export function storeContract(
  make: () => Promise<StoreUnderTest>,
  options: StoreContractOptions = {},
): readonly StoreContractCase[] {
  return selectCases([...basicCases, ...capacityCases], make, options);
}

interface CaseOf<Subject> {
  readonly name: string;
  readonly needs?: StoreCapability;
  readonly check: (subject: Subject) => Promise<void>;
}

/** The cases that the driver can run, each with a store of its own. */
export function selectCases<Subject extends StoreUnderTest>(
  cases: readonly CaseOf<Subject>[],
  make: () => Promise<Subject>,
  { except = {} }: StoreContractOptions,
): readonly StoreContractCase[] {
  for (const [capability, reason] of Object.entries(except)) {
    assert.ok(reason.trim().length > 10, `except.${capability} needs a reason in words`);
  }
  return cases
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
