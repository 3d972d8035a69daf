import type { z } from "zod";
import type { promptsSchema, removedPromptSchema, setPromptSchema } from "../../gateway/prompts/prompt-schemas.ts";
import type { warmedSchema } from "../../gateway/prompts/warm-route.ts";
import { referenceText } from "../../layers/prefix/registry/prompt-name.ts";
import { countText, shareText } from "../stats/figures.ts";
import { textTable } from "../tune/text-table.ts";

/** Registered prompts for a terminal. */

export type ListedPrompts = z.output<typeof promptsSchema>;
export type SetPrompt = z.output<typeof setPromptSchema>;
export type RemovedPrompt = z.output<typeof removedPromptSchema>;
export type WarmedPrompt = z.output<typeof warmedSchema>;
type Finding = ListedPrompts["findings"][number];

export function listText({ window, calls, prompts, findings }: ListedPrompts): string {
  if (prompts.length === 0) return "There are no prompts. Register one: reprise prompts set NAME FILE";
  const header = ["prompt", "newest", "versions", "bytes", `calls in ${window}`, "share", "set", "whose"];
  const rows = prompts.map(({ name, newest, versions, calls: own, tenant = "everybody's" }) => {
    const current = versions.find(({ version }) => version === newest);
    const live = versions.filter(({ deletedAt }) => deletedAt === undefined).length;
    const size = current?.bytes === undefined ? "" : countText(current.bytes);
    const share = shareText(own, calls);
    return [
      plain(name),
      newest ?? "(deleted)",
      countText(live),
      size,
      countText(own),
      share,
      dayOf(current?.createdAt),
      plain(tenant),
    ];
  });
  const found = findings.length === 0 ? [] : ["", `The lint has ${findings.length} to say: reprise prompts lint`];
  return [textTable(header, rows), ...found].join("\n");
}

export function setText({ name, version, isNew, findings }: SetPrompt): string {
  const reference = referenceText(name, version);
  const done = isNew ? `${reference} is registered.` : `${reference} has this text already; nothing was changed.`;
  return [done, ...findings.flatMap((finding) => ["", findingText(finding)])].join("\n");
}

export function lintText({ findings, prompts }: ListedPrompts): string {
  if (findings.length > 0)
    return findings.map((finding, index) => `${index + 1}. ${findingText(finding)}`).join("\n\n");
  return prompts.length === 0
    ? "There are no prompts."
    : `Nothing to say of ${countText(prompts.length)} ${prompts.length === 1 ? "prompt" : "prompts"}.`;
}

export function removedText(name: string, { versions }: RemovedPrompt): string {
  if (versions.length === 0) return "Nothing was deleted: it was deleted before.";
  const references = versions.map((version) => referenceText(name, version)).join(", ");
  return `${references} ${versions.length === 1 ? "is" : "are"} deleted.`;
}

export function warmedText({ name, version, calls }: WarmedPrompt): string {
  const reference = referenceText(name, version);
  if (calls.length === 0) return `${reference} was warmed up nowhere: no replica takes calls.`;
  const rows = calls.map(({ upstream, url, model, result, reason, leastTokens, promptTokens, cachedTokens }) => {
    const why = leastTokens === undefined ? reason : `${reason}: shorter than ${countText(leastTokens)} tokens`;
    const tokens = [promptTokens, cachedTokens].map((count) => (count === undefined ? "" : countText(count)));
    return [plain(upstream), url, plain(model), result, ...tokens, why ?? ""];
  });
  return textTable([reference, "at", "model", "result", "tokens", "cached before", "why"], rows);
}

const kinds: Readonly<Record<Finding["kind"], string>> = {
  "near-duplicate": "are nearly one",
  version: "differ only in their form",
  text: "has what will not stay as it is",
};

function findingText({ kind, prompts, cause, byte, before, after, likeness, remedy }: Finding): string {
  const alike = likeness === undefined ? "" : `, ${Math.floor(likeness * 100)} % alike`;
  const differs =
    before === "" && after === "" ? "" : `: ${plain(kind === "text" ? before : `[${before} | ${after}]`)}`;
  const head = `${plain(prompts.join(" and "))} ${kinds[kind]} (${cause}${alike})`;
  return `${head}\n   byte ${countText(byte)}${differs}\n   ${remedy}`;
}

function dayOf(instant: string | undefined): string {
  return instant === undefined ? "" : instant.slice(0, 10);
}

/** What is written on a terminal must not steer it. */
function plain(text: string): string {
  return text.replace(/\p{C}/gu, " ");
}
