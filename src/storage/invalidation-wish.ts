import { z } from "zod";
import { type EntryPlace, readEntryId } from "../core/entry-id.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { everything, type Scope, scopeOf, wholeTenant } from "../core/scopes.ts";

/** What may be asked to be taken back, and what that means in scopes and entries. */

/** More than anybody names by hand, and few enough for a store to take at once. */
const mostNamed = 1_000;

const word = (rule: string) => z.string(`must be ${rule}`).min(1, `must be ${rule}`);
const name = word("a text that is not empty");
const list = (item: z.ZodType<string>, of: string) =>
  z.array(item, `must be a list of ${of}`).max(mostNamed, `must name at most ${mostNamed} ${of}`);

const keyRule = "must be the id of an entry, as X-AI-Cache-Entry tells it";
const key = z.string(keyRule).refine((id) => readEntryId(id) !== undefined, keyRule);

/** The admin API reads its requests by this, too. */
export const invalidationSchema = z
  .strictObject(
    {
      keys: list(key, "ids of entries").meta({ description: "Ids of entries, as `X-AI-Cache-Entry` tells them." }),
      tags: list(name, "tags").meta({ description: "What carries any of these tags." }),
      tenant: name.meta({ description: "Alone: everything of this tenant. With others: where they hold." }),
      user: name.meta({ description: "What was computed for this user." }),
      model: name.meta({ description: "The model as it was asked for." }),
      namespace: z.string("must be a text").meta({ description: 'A namespace; "" is the default one.' }),
      version: z.string("must be a text").meta({ description: 'A version label; "" is the absence of one.' }),
      all: z.boolean("must be true or false").meta({ description: "Everything, of the tenant if one is named." }),
    },
    "must be an object that names what to invalidate",
  )
  .partial();

/**
 * Takes back what was stored. Each thing named is taken back by itself: an answer that fits any of them is gone. With a
 * tenant, only what belongs to that tenant is; without one, what belongs to any. An empty list names nothing.
 */
export interface Invalidation {
  /** Ids of entries, as `X-AI-Cache-Entry` and outcomes tell them; 1,000 at most. */
  readonly keys?: readonly string[];
  /** 1,000 at most. */
  readonly tags?: readonly string[];
  /** Alone: everything of this tenant. With others: where they hold. */
  readonly tenant?: string;
  /** What was computed for this user. */
  readonly user?: string;
  /** The model as it was asked for. */
  readonly model?: string;
  /** `""` is the default namespace. */
  readonly namespace?: string;
  /** A version label; `""` is the absence of one. */
  readonly version?: string;
  readonly all?: boolean;
}

export interface Invalidations {
  readonly scopes: readonly Scope[];
  readonly places: readonly EntryPlace[];
}

/** @throws InvalidOptionError naming the first field that breaks its rule. */
export function readInvalidation(wish: Invalidation): Invalidations {
  const reading = invalidationSchema.safeParse(wish);
  if (!reading.success) throw mistakenBy(reading.error.issues[0] as z.core.$ZodIssue);
  const { keys, tags, tenant, all, ...groups } = reading.data;
  const scopes: Scope[] = all === true ? [whole(tenant)] : [];
  for (const tag of new Set(tags)) scopes.push(scopeOf("tag", tag, tenant));
  for (const kind of ["user", "model", "namespace", "version"] as const) {
    const value = groups[kind];
    if (value !== undefined) scopes.push(scopeOf(kind, value, tenant));
  }
  const places = [...new Set(keys)]
    .map((id) => readEntryId(id) as EntryPlace)
    .filter((place) => tenant === undefined || place.tenant === tenant);
  if (scopes.length > 0 || keys !== undefined || tags !== undefined) return { scopes, places };
  // Who says that it is not everything has named nothing.
  if (tenant !== undefined && all === undefined) return { scopes: [wholeTenant(tenant)], places };
  throw wrong("all", "must be true when nothing else is named");
}

function whole(tenant: string | undefined): Scope {
  return tenant === undefined ? everything : wholeTenant(tenant);
}

function mistakenBy(issue: z.core.$ZodIssue): InvalidOptionError {
  if (issue.code !== "unrecognized_keys") return wrong(issue.path.map(String).join("."), issue.message);
  const known = Object.keys(invalidationSchema.shape).join(", ");
  return wrong(String(issue.keys[0]), `is not something to invalidate by; there are ${known}`);
}

function wrong(path: string, rule: string): InvalidOptionError {
  return new InvalidOptionError(path, {
    message: `${path === "" ? "The invalidation" : path} ${rule}.`,
    rule,
    remedy: 'Name what is to be invalidated, such as { tags: ["doc:42"] }, or everything by { all: true }.',
  });
}
