import type { Clock, Random } from "../../core/clock.ts";
import { defined } from "../../core/defined.ts";
import { renewGeneration, scopeKey } from "../../core/generations.ts";
import { ownerMark } from "../../core/owner-marks.ts";
import { type Scope, scopeOf, wholeTenant } from "../../core/scopes.ts";
import { isScrubbable } from "../../core/scrub.ts";
import { memberOf, memberTag, sharedTenant } from "../../core/shared-scope.ts";
import type { Store } from "../../core/store.ts";
import { isListable } from "../../core/store-listing.ts";
import type { VectorStore } from "../../core/vector-store.ts";
import type { Core } from "../../core-assembly.ts";
import type { Deed, ErasureDeeds } from "../../erasure/eraser.ts";
import { type ErasedScope, nothingErased } from "../../erasure/erasure-record.ts";
import { type SideRow, sweepOwned, sweepTenant } from "../../erasure/row-sweep.ts";
import { aliasKindOf, readAlias } from "../../layers/semantic/aliases.ts";
import { learntSlotOf, readEvidence } from "../../layers/semantic/learnt.ts";
import type { Invalidation } from "../../storage/invalidation-wish.ts";
import { erasedScopes } from "./erased-scopes.ts";

/** How a gateway erases: its stores, what is published, and the memory of all who share them. */

export interface DeedsParts {
  readonly core: Pick<Core, "stored" | "forget" | "sealing" | "prompts" | "wrapParts">;
  /** The driver of the store, which sees what cannot be opened any more as well. */
  readonly driver: Store;
  /** Also where like questions are looked for no more. */
  readonly vectors: VectorStore | undefined;
  /** Reaches the edge and all workers as well. */
  readonly invalidate: (wish: Invalidation) => Promise<unknown>;
  readonly keys: { erase(tenant: string, user?: string): Promise<number> };
  readonly edge: { erase(scope: ErasedScope): Promise<number> };
  /** Scopes that tenants share, by name. */
  readonly sharedScopes: () => Iterable<string>;
  /** Has the tenant forgotten by whoever else shares the store, and by the other parts of this process. */
  readonly forgetElsewhere: (scope: ErasedScope) => Promise<void>;
  /** For those who share the store and do not run. */
  readonly writeDown: (scope: ErasedScope) => Promise<void>;
  /** What is left where nobody here reaches, as the configuration has it. */
  readonly outOfReach: (scope: ErasedScope) => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/** How long the token of somebody who was erased stands: longer than any call that knows the one before. */
const tombstoneMs = 60 * 60_000;

export function erasureDeeds(parts: DeedsParts): ErasureDeeds {
  const { core, driver, keys, edge } = parts;
  return {
    async kill(scope) {
      for (const wish of wishesOf(parts, scope)) await parts.invalidate(wish);
    },
    revokeKeys: ({ tenant, user }) => keys.erase(tenant, user),
    removeRows: (scope) => removeRows(parts, scope),
    async removePublished(scope) {
      await parts.writeDown(scope);
      return { counts: { published: await edge.erase(scope) } };
    },
    async forget(scope) {
      await core.forget(scope.tenant, scope.user === undefined ? undefined : {});
      await parts.forgetElsewhere(scope);
    },
    async scrub(scope) {
      await leaveTombstone(parts, scope);
      const shared = await destroyShared(parts, scope);
      const remains: string[] = [...parts.outOfReach(scope), ...shared.notes];
      for (const place of [driver, parts.vectors]) {
        if (place === undefined || !isScrubbable(place)) continue;
        remains.push(...(await place.scrub()).notes);
      }
      return { counts: { dataKeys: shared.keys }, remains };
    },
  };
}

/** The keys of what a tenant has given to scopes that tenants share; only while they are there its rows are told from others. */
async function destroyShared({ core: { sealing }, sharedScopes }: DeedsParts, { tenant, user }: ErasedScope) {
  const notes: string[] = [];
  let keys = 0;
  if (sealing === undefined || user !== undefined) return { keys, notes };
  for (const name of sharedScopes()) {
    const destroyed = await sealing.destroy({ tenant: sharedTenant(name), user: memberOf(tenant) });
    keys += destroyed.keys;
    notes.push(...destroyed.notes);
  }
  return { keys, notes };
}

/** What is taken back: what is the tenant's or the user's own, and what they have given to scopes that tenants share. */
function wishesOf({ sharedScopes }: DeedsParts, { tenant, user }: ErasedScope): readonly Invalidation[] {
  const given = [...sharedScopes()].map((name): Invalidation => {
    const shared = sharedTenant(name);
    return user === undefined
      ? { tenant: shared, user: memberOf(tenant) }
      : { tenant: shared, tags: [memberTag(tenant, user)] };
  });
  return [{ tenant, ...defined({ user }) }, ...given];
}

async function removeRows(parts: DeedsParts, { tenant, user }: ErasedScope): Promise<Deed> {
  const { core, driver, vectors, sharedScopes } = parts;
  const { truth } = core.stored;
  if (user === undefined) {
    await vectors?.delete({ tenant });
    await removePrompts(parts, tenant);
  }
  const scopes = erasedScopes({ tenant, user }, sharedScopes());
  const markOf = (scope: Scope): string => ownerMark(core.wrapParts.secret, scope);
  // Their vectors are found by the marks, whether or not the store can tell which answers were theirs.
  for (const scope of scopes) {
    await core.forget(scope.tenant, { marks: [markOf(scope)] });
    await vectors?.delete({ tenant: scope.tenant, marks: [markOf(scope)] });
  }
  if (!isListable(driver) || !isListable(truth))
    return { remains: [unlisted(driver, core.sealing !== undefined, user)], isBlind: true };
  const counts = { ...nothingErased };
  const add = ({ rows, answers }: { readonly rows: number; readonly answers: number }): void => {
    counts.rows += rows;
    counts.answers += answers;
  };
  for (const scope of scopes) {
    const found = { tenant: scope.tenant, scopes: new Set([scope.name]), marks: new Set([markOf(scope)]) };
    const onFound = async (slots: readonly string[]): Promise<void> => {
      await core.forget(scope.tenant, { slots });
      await vectors?.delete({ tenant: scope.tenant, ids: slots });
    };
    add(await sweepOwned(truth, { ...found, sideRowOf, onFound }));
  }
  if (user === undefined) {
    const token = scopeKey(wholeTenant(tenant));
    const kept = core.sealing?.nameOf(tenant, token) ?? token;
    add(await sweepTenant(driver, tenant, (key) => key === kept));
  }
  return { counts };
}

/** Every process has the texts in memory, and gives them back to a store that has lost them: they are deleted first. */
async function removePrompts({ core: { prompts } }: DeedsParts, tenant: string): Promise<void> {
  await prompts.read();
  const names = new Set(prompts.book.live.filter((prompt) => prompt.tenant === tenant).map(({ name }) => name));
  for (const name of names) await prompts.remove(tenant, { name, version: undefined });
}

/** The last token, for an hour: what lives by an earlier one is dead with it and without it. */
async function leaveTombstone({ core, clock, random }: DeedsParts, { tenant, user }: ErasedScope): Promise<void> {
  const scope = user === undefined ? wholeTenant(tenant) : scopeOf("user", user, tenant);
  await renewGeneration(core.stored.truth, scope, random, clock.now() + tombstoneMs);
}

function sideRowOf(key: string, value: Uint8Array): SideRow | undefined {
  const learnt = learntSlotOf(key);
  if (learnt !== undefined) return { slot: learnt, marks: readEvidence(value).marks };
  return aliasKindOf(key) === undefined ? undefined : readAlias(value);
}

function unlisted({ name }: Store, isSealed: boolean, user: string | undefined): string {
  if (user !== undefined)
    return `The ${name} store cannot list what it holds, so nobody can tell which rows were the user's: answers are served to nobody, and stay there, with questions that led to them, until it evicts them or they expire${isSealed ? ", sealed with a key that is gone" : ""}.`;
  const state = isSealed ? "sealed with a key that is gone" : "under keys that nobody can make without the secret";
  return `The ${name} store cannot list what it holds: rows stay there until it evicts them or they expire, served to nobody and ${state}.`;
}
