import type { z } from "zod";
import { durationMs } from "../../core/duration.ts";
import type {
  createdKeySchema,
  keysSchema,
  revokedKeySchema,
  rotatedKeySchema,
} from "../../gateway/tenancy/key-schemas.ts";
import { textTable } from "../tune/text-table.ts";

/** Virtual keys for a terminal. */

export type ListedKeys = z.output<typeof keysSchema>;
export type CreatedKey = z.output<typeof createdKeySchema>;
export type RotatedKey = z.output<typeof rotatedKeySchema>;
export type RevokedKey = z.output<typeof revokedKeySchema>;
type Shown = ListedKeys["keys"][number];

/** `tenant`: whose keys were asked for; without it all. */
export function listText({ mode, keys }: ListedKeys, tenant?: string): string {
  const asked = mode === "keys" ? [] : ["", notAsked(mode)];
  if (keys.length === 0) return [noneText(tenant), ...asked].join("\n");
  const header = ["id", "state", "tenant", "user", "name", "models", "layers", "limits", "made", "ends"];
  const rows = keys.map((key) => [
    ...[key.id, key.state, key.tenant, key.user ?? "", key.name ?? ""].map(plain),
    ...[key.models, key.layers].map((list) => plain(list?.join(" ") ?? "all")),
    limitsText(key),
    dayOf(key.createdAt),
    dayOf(key.revokedAt ?? key.expiresAt),
  ]);
  return [textTable(header, rows), ...asked].join("\n");
}

function noneText(tenant: string | undefined): string {
  if (tenant === undefined) return "There are no keys. Make one: reprise keys create --tenant NAME";
  return `Tenant ${plain(tenant)} has no keys. All there are: reprise keys list. Make one: reprise keys create --tenant NAME`;
}

/** The key on a line of its own, so that a script can take it. */
export function createdText({ key, id, tenant, expiresAt, mode }: CreatedKey): string {
  const until = expiresAt === undefined ? "until it is taken back" : `until ${instantText(expiresAt)}`;
  const told = `It is shown this once and kept nowhere. Its id is ${id}; whoever shows it is tenant ${plain(tenant)}, ${until}.`;
  return [key, "", told, ...(mode === "keys" ? [] : [notAsked(mode)])].join("\n");
}

/** `overlap`: how long the text before was to be taken on. */
export function rotatedText({ key, id, overlapUntil }: RotatedKey, overlap: string): string {
  const until = durationMs(overlap) === 0 ? "not taken any more" : `taken until ${instantText(overlapUntil)}`;
  const told = `It is shown this once and kept nowhere. The one before it, of the same id ${id}, is ${until}.`;
  return [key, "", told].join("\n");
}

export function revokedText({ id, withinMs }: RevokedKey): string {
  return `The key ${id} is taken back: no gateway takes it ${withinMs / 1_000} seconds from now.`;
}

function notAsked(mode: string): string {
  return `tenancy.mode is ${mode}: the gateway asks nobody for a key. See docs/keys-and-tenancy.md.`;
}

function limitsText({ limits = {} }: Shown): string {
  const named = Object.entries(limits).map(([name, value]) => `${name}=${String(value)}`);
  return named.length === 0 ? "none" : plain(named.join(" "));
}

function dayOf(at: string | undefined): string {
  return at?.slice(0, 10) ?? "";
}

function instantText(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

/** What somebody wrote is not to speak to the terminal. */
function plain(text: string): string {
  return text.replace(/[\p{C}]/gu, "");
}
