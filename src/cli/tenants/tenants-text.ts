import type { z } from "zod";
import type { SignedReceipt } from "../../erasure/receipt.ts";
import type { tenantsSchema } from "../../gateway/admin/tenants-route.ts";
import { textTable } from "../tune/text-table.ts";

/** Tenants, and what was erased of them, for a terminal. */

export type ListedTenants = z.output<typeof tenantsSchema>;

export function tenantsText({ tenants, listing, reason, isComplete }: ListedTenants): string {
  if (tenants.length === 0) return "No tenant has asked yet, and nothing is stored.";
  const rows = tenants.map(({ tenant, entries, bytes, requests, hits, lastSeenAt = "" }) => [
    ...[plain(tenant), String(entries ?? ""), String(bytes ?? ""), String(requests), String(hits), lastSeenAt],
  ]);
  const table = textTable(["tenant", "entries", "bytes", "requests", "hits", "last seen"], rows);
  if (listing === "unsupported") return [table, "", reason ?? ""].join("\n");
  return isComplete ? table : [table, "", "Entries are still being counted, or are too many."].join("\n");
}

export function receiptText({ receipt }: SignedReceipt): string {
  const { erased, found, removed, remains, finishedAt, id } = receipt;
  const whose = erased.user === undefined ? `Tenant ${erased.tenant}` : `A user of tenant ${erased.tenant}`;
  const counts = [
    `${counted(removed.rows, "row")} (${counted(removed.answers, "answer")})`,
    `${removed.published} published`,
    counted(removed.virtualKeys, "virtual key"),
    counted(removed.dataKeys, "data key"),
  ];
  return [
    found === false
      ? `Nothing of ${plain(whose.replace(/^[AT]/, (letter) => letter.toLowerCase()))} was found (${id}, ${finishedAt}). See \`reprise tenants list\` if there should have been.`
      : `${plain(whose)} is erased (${id}, ${finishedAt}): ${counts.join(", ")}.`,
    ...(remains.length === 0 ? [] : ["What may be left:", ...remains.map((one) => `- ${plain(one)}`)]),
  ].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function plain(text: string): string {
  return text.replace(/\p{C}/gu, " ");
}
