import type { AuditCheck } from "../../audit/audit-check.ts";
import type { AuditRecord } from "../../audit/audit-line.ts";
import { textTable } from "../tune/text-table.ts";

/** The audit log for a terminal. */

export function recordsText(records: readonly AuditRecord[]): string {
  const rows = records.map(({ sequence, at, action, stage, by, what }) => [
    ...[String(sequence), at, plain(action), stage, plain([by.kind, by.token, by.address].filter(Boolean).join(" "))],
    plain(JSON.stringify(what)),
  ]);
  return textTable(["line", "at", "action", "stage", "by", "what"], rows);
}

export function checkText(check: AuditCheck): string {
  if (!check.ok) {
    const { file, line, fault, detail } = check;
    return `The log is broken (${fault.replace("_", " ")}) at line ${line} of ${file}. ${detail}`;
  }
  const { lines, head, anchors, notes } = check;
  if (lines === 0) return ["Nothing was ever logged here.", ...notes].join("\n");
  const compared =
    anchors.length === 0 ? "Nothing says where it should end." : `It ends as ${anchors.join(" and ")} say.`;
  return [`The log is sound: ${lines} lines, the last is ${head.sequence}. ${compared}`, ...notes].join("\n");
}

/** What was logged is not to speak to the terminal. */
function plain(text: string): string {
  return text.replace(/\p{C}/gu, " ");
}
