import type { z } from "zod";
import { type Clock, latestTime } from "../../core/clock.ts";
import { defined } from "../../core/defined.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import { type Limits, limitsText, readLimits } from "../../core/limits.ts";
import type { TenancySettings } from "../../tenancy-options.ts";
import { type AdminRoute, adminRoute } from "../admin/admin-route.ts";
import { readParameters } from "../admin/parameters.ts";
import { NotFoundError, RefusedError } from "../admin/problem.ts";
import {
  createdKeySchema,
  createKeySchema,
  type Expiry,
  keysSchema,
  listedKeysSchema,
  revokedKeySchema,
  rotatedKeySchema,
  rotateKeySchema,
  type ShownKeyDetails,
  whichKeySchema,
} from "./key-schemas.ts";
import type { VirtualKey } from "./virtual-key.ts";
import { believedMs, type VirtualKeys } from "./virtual-keys.ts";

/** Virtual keys: making, listing, rotating and taking them back. The text of a key is told when it is made, and never again. */

export interface KeyRoutesParts {
  readonly keys: VirtualKeys;
  readonly tenancy: () => TenancySettings;
  readonly clock: Clock;
}

const usualOverlapMs = 24 * 3_600_000;

export function keyRoutes({ keys, tenancy, clock }: KeyRoutesParts): readonly AdminRoute[] {
  const shown = (key: VirtualKey, revokedAt?: number) => detailsOf(key, revokedAt, latestTime(clock));
  const revoke = async (id: string): Promise<z.output<typeof revokedKeySchema>> => {
    if (!(await keys.revoke(id))) throw noKey(id);
    return { id, withinMs: believedMs };
  };
  return [
    adminRoute({
      method: "GET",
      path: "/keys",
      summary:
        "See the virtual keys: whose they are and what they are limited to, and nothing that would let somebody in.",
      query: listedKeysSchema,
      answer: keysSchema,
      failures: [400, 503],
      async handle({ query: { tenant } }): Promise<z.output<typeof keysSchema>> {
        const listed = await keys.all();
        const wanted = listed.filter(({ key }) => tenant === undefined || key.tenant === tenant);
        return { mode: tenancy().mode, keys: wanted.map(({ key, revokedAt }) => shown(key, revokedAt)) };
      },
    }),
    adminRoute({
      method: "POST",
      path: "/keys",
      summary: "Make a virtual key. The answer has its text, which is told nowhere else and never again.",
      body: createKeySchema,
      answer: createdKeySchema,
      failures: [400, 413, 503],
      async handle({ body }): Promise<z.output<typeof createdKeySchema>> {
        const { expires, limits, ...wish } = readParameters(createKeySchema, body);
        const bounds = limits === undefined ? undefined : limitsOf(limits);
        const expiresAt = expires && instantOf(expires, latestTime(clock));
        const { key, text } = await keys.create(defined({ ...wish, expiresAt, limits: bounds }));
        return { key: text, mode: tenancy().mode, ...shown(key) };
      },
    }),
    adminRoute({
      method: "DELETE",
      path: "/keys",
      summary: "Take back the key that the query names; as by its own path.",
      query: whichKeySchema,
      answer: revokedKeySchema,
      failures: [400, 404, 503],
      handle: ({ query: { id } }) => revoke(id),
    }),
    adminRoute({
      method: "DELETE",
      path: "/keys/{id}",
      summary: "Take back a key, at once and for good. Calls that are under way end as they began.",
      params: whichKeySchema,
      answer: revokedKeySchema,
      failures: [400, 404, 503],
      handle: ({ params: { id } }) => revoke(id),
    }),
    adminRoute({
      method: "POST",
      path: "/keys/{id}/rotate",
      summary: "Give a key another text. The one before is taken for some time more, unless the body says otherwise.",
      params: whichKeySchema,
      body: rotateKeySchema,
      answer: rotatedKeySchema,
      failures: [400, 404, 409, 413, 503],
      async handle({ params: { id }, body }): Promise<z.output<typeof rotatedKeySchema>> {
        const { overlap = usualOverlapMs } = readParameters(rotateKeySchema, body ?? {});
        const rotation = await keys.rotate(id, overlap);
        if (rotation.kind === "unknown") throw noKey(id);
        if (rotation.kind !== "rotated") throw hasEnded(id, rotation.kind);
        const { key, text } = rotation.shown;
        return { key: text, overlapUntil: instant(rotation.overlapUntil), ...shown(key) };
      },
    }),
  ];
}

function detailsOf({ limits, ...key }: VirtualKey, revokedAt: number | undefined, now: number): ShownKeyDetails {
  const { id, tenant, user, name, note, createdAt, expiresAt } = key;
  const isOver = expiresAt !== undefined && expiresAt <= now;
  return {
    id,
    state: revokedAt !== undefined ? "revoked" : isOver ? "expired" : "live",
    tenant,
    ...defined({ user, name, note }),
    ...(key.models && { models: [...key.models] }),
    ...(key.layers && { layers: [...key.layers] }),
    ...(limits && { limits: limitsText(limits) }),
    createdAt: instant(createdAt),
    ...(expiresAt !== undefined && { expiresAt: instant(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: instant(revokedAt) }),
  };
}

function limitsOf(text: object): Limits | undefined {
  const reading = readLimits(text);
  return reading.ok ? reading.limits : undefined;
}

function instantOf(expiry: Expiry, now: number): number {
  const at = "at" in expiry ? expiry.at : now + expiry.afterMs;
  if (at > now) return at;
  const rule = "must not be over already";
  throw new InvalidOptionError("expires", { message: `expires ${rule}.`, rule });
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function noKey(id: string): NotFoundError {
  return new NotFoundError(`There is no key ${id}.`);
}

function hasEnded(id: string, how: "revoked" | "expired"): RefusedError {
  const message = `The key ${id} ${how === "revoked" ? "was taken back" : "has expired"}.`;
  return new RefusedError(409, `key_${how}`, { message, remedy: "Make another one." });
}
