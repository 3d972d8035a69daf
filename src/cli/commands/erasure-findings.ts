import { auditFolder, newestRecords } from "../../audit/audit-folder.ts";
import type { AuditRecord } from "../../audit/audit-line.ts";
import { systemClock } from "../../core/clock.ts";
import { systemTenant } from "../../core/scopes.ts";
import { receiptKey, receiptMs } from "../../erasure/erasure-register.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Finding } from "./finding.ts";
import { lookedAtStore } from "./looked-at-store.ts";

/**
 * What `reprise doctor` says of erasures: whether the store knows of all that the audit log has. One that does not may be a
 * backup of before, with whoever was erased, and the keys, back in it.
 */
export async function checkErasures(config: GatewayConfig): Promise<readonly Finding[]> {
  const done = erasuresIn(auditFolder(config.data.directory));
  if (done.length === 0) return [];
  const receipts = await lookedAtStore(config, async (store) =>
    store.get(
      systemTenant,
      done.map(({ id }) => receiptKey(id)),
    ),
  );
  if (receipts === undefined) return [];
  const unknown = done.filter((_, index) => receipts[index] === undefined);
  if (unknown.length === 0) return [{ check, detail: `the store knows of all ${done.length} in the audit log` }];
  const named = unknown.slice(0, mostNamed).map(({ id, at }) => `${id} of ${at}`);
  const more = unknown.length > mostNamed ? " and others" : "";
  const remedy =
    "If it was restored from a backup, erase again: the lines `DELETE /tenants/...` of `reprise audit show` name the tenants.";
  return [
    {
      check,
      detail: `the store does not know of ${unknown.length} in the audit log (${named.join(", ")}${more}): it was made anew, or is a backup of before`,
      problem: { severity: "warning", remedy },
    },
  ];
}

const check = "erasures";
const mostRead = 10_000;
const mostNamed = 3;
const dayMs = 24 * 60 * 60_000;

/** None where the folder cannot be read: of that it is told elsewhere. */
function recordsIn(folder: string): readonly AuditRecord[] {
  try {
    return newestRecords(folder, Number.POSITIVE_INFINITY, mostRead);
  } catch {
    return [];
  }
}

/** Those whose receipts are still kept. */
function erasuresIn(folder: string): readonly { readonly id: string; readonly at: string }[] {
  const since = systemClock.now() - receiptMs + dayMs;
  return recordsIn(folder).flatMap(({ action, at, what }) => {
    const id = what["erasure"];
    return action === "erasure done" && typeof id === "string" && Date.parse(at) > since ? [{ id, at }] : [];
  });
}
