import type { Answer } from "../../core/answer.ts";
import type { Call } from "../../core/call.ts";
import { type Clock, latestTime } from "../../core/clock.ts";
import { defaultDirectives } from "../../core/directives.ts";
import type { Entry } from "../../core/entry.ts";
import { entryId } from "../../core/entry-id.ts";
import type { Keyed } from "../../core/layer.ts";
import { chain } from "../../core/maybe-promise.ts";
import type { Protocol } from "../../core/protocol.ts";
import { scopeGroup, systemTenant, wholeTenant } from "../../core/scopes.ts";
import type { MaybePromise, WriteOptions } from "../../core/store.ts";
import type { Core } from "../../core-assembly.ts";
import type { EdgeSettings } from "../../edge-options.ts";
import { type EdgeLabels, fieldsReadBy, labelFields } from "../../layers/edge/edge-labels.ts";
import { isAnyTold, lifetimeFields } from "../../layers/edge/lifetime-fields.ts";
import {
  bodyDigest,
  expiryOf,
  type GoodSignature,
  isSigned,
  scopeNamed,
  signedPath,
  type TwinAddress,
  twinPath,
} from "../../layers/edge/twin-address.ts";
import { decodeTwin, encodeTwin, type TwinRecord, twinKey } from "../../layers/edge/twin-record.ts";
import { Replayer } from "../../layers/exact/replay.ts";
import { looksForPersonalData } from "../../policy/personal-data/held-policy.ts";
import { protocols } from "../../protocols/all.ts";
import { EdgeDocument } from "./edge-document.ts";
import type { EdgeReply } from "./edge-reply.ts";

/**
 * Answers to POST that can be had by GET as well. When a call that policy opened is answered, where its answer stands is
 * written down under what anybody can work out of the call: its scope and the digest of its body. What is asked by that
 * address is looked up in the exact layer, so a twin is never fresher, and never lives longer, than the answer itself, and
 * is gone when policy closes the call again.
 */

export interface TwinsParts {
  readonly core: Pick<Core, "stored" | "wrapParts" | "policyFor" | "save">;
  readonly labels: EdgeLabels;
  readonly clock: Clock;
  readonly live: { readonly settings: EdgeSettings };
}

/** Without a date: the answer may be computed anew within the same second, or by a gateway whose clock is behind. */
export interface FoundTwin extends Omit<EdgeReply, "lastModifiedMs"> {
  /** It was given in place of a call, after this time. */
  save(waitedMs: number): void;
}

interface ShownTwin {
  readonly document: EdgeDocument;
  readonly labels: Readonly<Record<string, string>>;
}

interface KnownTwin {
  readonly path: string;
  readonly keyed: Keyed & Pick<Call, "originId" | "facts">;
  readonly protocol: Protocol;
}

export class Twins {
  readonly #parts: TwinsParts;
  readonly #replayer = new Replayer();
  /** By the bytes that are shown. */
  #documents = new WeakMap<Uint8Array, ShownTwin>();
  /** By the bytes that are stored. */
  #noted = new WeakMap<Uint8Array, ShownTwin["labels"]>();
  /** By the bytes of their records. */
  #known = new WeakMap<Uint8Array, KnownTwin>();

  constructor(parts: TwinsParts) {
    this.#parts = parts;
  }

  /** The rules are others now, and caches in front may be. */
  forget(): void {
    this.#documents = new WeakMap();
    this.#noted = new WeakMap();
    this.#known = new WeakMap();
  }

  /** The answer with the path of its twin, where it has one from now on. Never rejects. */
  withTwin(call: Call, body: Uint8Array, answer: Answer): MaybePromise<Answer> {
    const { core, clock, live } = this.#parts;
    const { secret } = core.wrapParts;
    if (!isToBeTwinned(call, answer)) return answer;
    const isPublic = isOpen(call);
    const access = isPublic ? "public" : "signed";
    const scope = scopeNamed(access, call.partition(`edge ${access}`));
    const address: TwinAddress = { scope, digest: bodyDigest(body) };
    const pathFor = (entry: Entry | undefined): string | undefined => {
      if (isPublic) return twinPath(address);
      const expiresAt = expiryOf(clock, live.settings.urlLifetime);
      return entry && signedPath(secret, address, expiresAt, { keyId: call.keyId, edition: editionOf(entry) });
    };
    const { policy, directives, principal } = call;
    const record = encodeTwin(secret, address, {
      ...{ key: call.key, tenant: principal.tenant, user: principal.user },
      ...{ namespace: directives.namespace, version: directives.version, tags: directives.tags },
      ...{ model: call.facts.model, originId: call.originId, protocol: call.protocol.name },
    });
    const keptMs = Math.max(policy.ttlMs, directives.ttlMs ?? 0);
    const deleteAt = clock.now() + keptMs + Math.max(policy.staleWhileRevalidateMs, policy.staleIfErrorMs);
    const options = { deleteAt, owner: principal };
    const keep = () => this.#keep(address, record, options, answer.outcome.kind === "hit");
    const twinned = async (): Promise<Answer> => {
      // Only Varnish notes where the answer to a POST is; whoever may have the twin may have its labels.
      const isNoted = isPublic && Object.values(live.settings.purge).some(({ kind }) => kind === "varnish");
      const entry = !isPublic || isNoted || looksForPersonalData(policy) ? await this.#stored(call) : undefined;
      // Of a request that holds personal data policy is closed.
      if (entry?.note.personal !== undefined) return answer;
      const path = pathFor(entry);
      if (path === undefined || !(await keep())) return answer;
      const labels = isNoted && entry ? { labels: this.#noteOf(entry, call) } : {};
      return { ...answer, twin: { path, isPublic, ...labels } };
    };
    return twinned().catch(() => answer);
  }

  /** `signature`: of the URL by which it is asked. `forged`: it is not for what there is now. */
  find(address: TwinAddress, signature: GoodSignature): MaybePromise<FoundTwin | "forged" | undefined>;
  find(address: TwinAddress): MaybePromise<FoundTwin | undefined>;
  find(address: TwinAddress, signature?: GoodSignature): MaybePromise<FoundTwin | "forged" | undefined> {
    const { core } = this.#parts;
    return chain(core.stored.store.get(systemTenant, [twinKey(address)]), ([value]) => {
      const twin = value && this.#read(address, value);
      if (twin === undefined || !mayServe(twin.keyed, address)) return undefined;
      return chain(core.wrapParts.exact.lookup(twin.keyed), (lookup) => {
        if (lookup.kind !== "hit" || lookup.found.entry.note.personal !== undefined) return undefined;
        const { entry } = lookup.found;
        return signature?.isFor(editionOf(entry)) === false ? "forged" : this.#shown(address, twin, entry, signature);
      });
    });
  }

  async #stored(call: Call): Promise<Entry | undefined> {
    const lookup = await this.#parts.core.wrapParts.exact.lookup(call);
    return lookup.kind === "hit" ? lookup.found.entry : undefined;
  }

  #shown(
    address: TwinAddress,
    { keyed, protocol }: KnownTwin,
    entry: Entry,
    { expiresAt, keyId }: Pick<GoodSignature, "expiresAt" | "keyId"> = unsigned,
  ): FoundTwin {
    const { clock, live } = this.#parts;
    const view = { includeUsage: true, zeroUsage: keyed.policy.hitUsage === "zero" };
    const bytes = this.#replayer.play(entry, protocol, false, view);
    const { lifetime } = entry;
    const { maxAge, sharedMaxAge, staleWhileRevalidate, staleIfError } = live.settings;
    const now = clock.now();
    const freshMs = lifetime.staleAt - now;
    const isPublic = !isSigned(address.scope);
    const leftMs = Math.min(freshMs, expiresAt - latestTime(clock));
    const { document, labels } = this.#shownBy(bytes, entry, keyed, keyId);
    const fields = {
      ...lifetimeFields({
        isPublic,
        isTold: isAnyTold(live.settings.purge),
        maxAgeMs: Math.min(maxAge, leftMs),
        sharedMaxAgeMs: Math.min(sharedMaxAge, leftMs),
        // A signed URL is good until it expires, and so is what was fetched by it.
        staleWhileRevalidateMs: isPublic
          ? Math.min(staleWhileRevalidate, lifetime.revalidateUntil - lifetime.staleAt)
          : 0,
        staleIfErrorMs: isPublic ? Math.min(staleIfError, lifetime.errorUntil - lifetime.staleAt) : 0,
      }),
      ...labels,
      "cache-status": `reprise; hit; ttl=${Math.floor(freshMs / 1_000)}; detail=edge`,
      "x-ai-cache-status": "HIT",
      "x-ai-cache-layer": "edge",
    };
    const described = {
      "x-content-type-options": "nosniff",
      ...(isPublic && { "access-control-allow-origin": "*" }),
    };
    const { core } = this.#parts;
    const { key, principal } = keyed;
    const told = { entry: entryId(principal.tenant, key), bytes: entry.body.length };
    return {
      ...{ document, fields, described },
      save: (waitedMs) =>
        core.save({ ...keyed, protocol }, "edge", entry, { ...told, time: { stream: false, waitedMs } }),
    };
  }

  #shownBy(bytes: Uint8Array, entry: Entry, keyed: Keyed, keyId: string | undefined): ShownTwin {
    let known = this.#documents.get(bytes);
    if (known === undefined) {
      const document = new EdgeDocument("application/json", bytes);
      known = { document, labels: this.#labelsOf(entry, keyed) };
      this.#documents.set(bytes, known);
    }
    return keyId === undefined ? known : { ...known, labels: this.#labelsOf(entry, keyed, keyId) };
  }

  #labelsOf(entry: Entry, { key, principal: { tenant } }: Keyed, keyId?: string): ShownTwin["labels"] {
    const { labels, live } = this.#parts;
    const own = this.#allLabelsOf(entry, { key, tenant });
    if (keyId !== undefined) own.push(labels.ofKey(keyId));
    return labelFields(own, fieldsReadBy(Object.values(live.settings.purge)));
  }

  #allLabelsOf({ generations }: Entry, { key, tenant }: { readonly key: string; readonly tenant: string }): string[] {
    const { labels } = this.#parts;
    return [...labels.ofGenerations(generations, tenant), labels.ofEntry(tenant, key), labels.ofTwins()];
  }

  #noteOf(entry: Entry, { key, principal: { tenant } }: Call): ShownTwin["labels"] {
    let known = this.#noted.get(entry.body);
    if (known === undefined) {
      const own = this.#allLabelsOf(entry, { key, tenant });
      known = labelFields(own, onlyOfVarnish, 0);
      this.#noted.set(entry.body, known);
    }
    return known;
  }

  #read(address: TwinAddress, value: Uint8Array): KnownTwin | undefined {
    const path = twinPath(address);
    const known = this.#known.get(value);
    if (known?.path === path) return known;
    const { core } = this.#parts;
    const record = decodeTwin(core.wrapParts.secret, address, value);
    const protocol = protocols.find(({ name }) => name === record?.protocol);
    if (record === undefined || protocol === undefined) return undefined;
    const twin = { path, keyed: this.#keyedBy(record, protocol), protocol };
    this.#known.set(value, twin);
    return twin;
  }

  #keyedBy(record: TwinRecord, protocol: Protocol): KnownTwin["keyed"] {
    const { key, tenant, user, namespace, version, tags, model, originId } = record;
    const subject = { model, protocol: protocol.name, operation: protocol.operation, namespace, tenant, user, tags };
    return {
      ...{ key, originId, variants: 1 },
      principal: { tenant, user },
      directives: { ...defaultDirectives, namespace, version, tags, user },
      policy: this.#parts.core.policyFor(subject),
      facts: { model, stream: false, includeUsage: true, temperature: undefined, user: undefined, dependencies: [] },
    };
  }

  async #keep(address: TwinAddress, record: Uint8Array, options: WriteOptions, isHit: boolean): Promise<boolean> {
    const { store } = this.#parts.core.stored;
    const key = twinKey(address);
    const there = isHit ? (await store.get(systemTenant, [key]))[0] : undefined;
    if (there !== undefined && Buffer.compare(there, record) === 0) return true;
    return (await store.set(systemTenant, key, record, options)) === "stored";
  }
}

const onlyOfVarnish = fieldsReadBy([{ kind: "varnish" }]);

const unsigned = { expiresAt: Number.POSITIVE_INFINITY, keyId: undefined };

/** The generations of its tenant and of its user: when one is erased, or all of it is taken back, they are others. */
function editionOf({ generations }: Pick<Entry, "generations">): string {
  const own = generations.filter(({ scope }) => scope === wholeTenant("").name || scopeGroup(scope) === "user");
  return own.map(({ token }) => Buffer.from(token).toString("base64url")).join(".");
}

/** An answer to this very call, whole and stored, and the same however often it is asked for. */
function isToBeTwinned(call: Call, { status, body, outcome }: Answer): boolean {
  const { directives, facts, variants } = call;
  if (status !== 200 || !(body instanceof Uint8Array) || facts.stream || variants !== 1) return false;
  if (directives.noStore || directives.layers?.has("edge") === false) return false;
  const own = entryId(call.principal.tenant, call.key);
  if (outcome.kind === "hit") return outcome.layer === "exact" && outcome.entry === own;
  const isAnswered = outcome.kind === "miss" || outcome.kind === "refresh" || outcome.kind === "coalesced";
  return isAnswered && outcome.stored.state === "stored" && outcome.stored.entry === own;
}

/** What is kept for each user is not for everybody, whatever the rule says. */
function isOpen({ policy }: Pick<Call, "policy">): boolean {
  return policy.edge === "public" && !policy.perUser;
}

function mayServe(keyed: Keyed, { scope }: TwinAddress): boolean {
  return isSigned(scope) ? keyed.policy.edge !== "off" : isOpen(keyed);
}
