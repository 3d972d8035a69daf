import type { Pricer } from "../../core/cost.ts";
import type { CacheLapse, PrefixBreak } from "../../layers/prefix/lint/lint-result.ts";
import { causeNames } from "../../prompt-lint/cause-names.ts";
import { type Lost, lostBy } from "../../prompt-lint/lost-money.ts";
import type { Report } from "../commands/report.ts";
import { countText, dollarText } from "../simulate/figures-text.ts";
import { instantText } from "../simulate/simulation-report.ts";
import { textTable } from "../tune/text-table.ts";
import type { LintedLog } from "./log-lint.ts";

/** What a lint of a log found, for people and for programs. */

type Finding = (PrefixBreak | CacheLapse) & { readonly lost: Lost };

export function reportOf(linted: LintedLog, pricer: Pricer, now: number): Report {
  const { breaks, lapses, from, to } = linted.result;
  const spanMs = from === undefined || to === undefined ? undefined : to - from;
  const withLost = (found: PrefixBreak | CacheLapse): Finding => {
    return { ...found, lost: lostBy(found.group, found.lostTokens, { pricer, now: to ?? now, spanMs }) };
  };
  const findings = [...breaks, ...lapses].map(withLost);
  const text = [headOf(linted), "", ...bodyOf(linted, findings), ...remarksOf(linted)].join("\n").trimEnd();
  return { json: jsonOf(linted, findings), text };
}

export function hasFindings({ result: { breaks, lapses } }: LintedLog): boolean {
  return breaks.length + lapses.length > 0;
}

function headOf({ log, reading, result: { prompts, from, to, groups } }: LintedLog): string {
  const formats = [...reading.formats.keys()].join(", ");
  const span = from === undefined || to === undefined ? "" : ` from ${instantText(from)} to ${instantText(to)}`;
  return `${log}: ${countText(prompts)} prompts (${formats}) in ${groups.length === 1 ? "one group" : `${countText(groups.length)} groups`}${span}`;
}

function bodyOf({ result: { inputTokens } }: LintedLog, findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ["Nothing keeps prompts from sharing their prefixes.", ""];
  const perDay = findings.some(({ lost }) => lost.tokensPerDay !== undefined);
  const header = ["", "cause", "section", "byte", "calls", "tokens lost", perDay ? "a day" : "cost"];
  const rows = findings.map((found, index) => {
    const place = "place" in found ? [found.place, countText(found.byte)] : ["", ""];
    return [
      String(index + 1),
      causeNames[found.cause],
      ...place,
      `${countText(found.calls)} of ${countText(found.group.calls)}`,
      `${countText(found.lostTokens)} (${((100 * found.lostTokens) / Math.max(1, inputTokens)).toFixed(1)} %)`,
      moneyOf(found.lost, perDay),
    ];
  });
  const details = findings.flatMap((found, index) => [`${index + 1}. ${detailOf(found)}`, `   ${found.remedy}`, ""]);
  const lost = findings.reduce((sum, { lostTokens }) => sum + lostTokens, 0);
  const share = ((100 * lost) / Math.max(1, inputTokens)).toFixed(1);
  const total = `${countText(lost)} of ${countText(inputTokens)} input tokens (${share} %) could have been read from a cache.`;
  return [total, "", textTable(header, rows), "", ...details];
}

function moneyOf({ usd, usdPerDay }: Lost, perDay: boolean): string {
  const amount = perDay ? usdPerDay : usd;
  return amount === undefined ? "no price" : dollarText(amount);
}

/** Two calls, and what stands before the first byte that differs. */
function detailOf(found: Finding): string {
  const { model, label } = found.group;
  const group = plain(`${model === "" ? "" : `${model}, `}"${label}"`);
  if (!("place" in found)) return group;
  const { calls, context, before, after } = found.example;
  const at = found.promptByte === found.byte ? "" : `, byte ${countText(found.promptByte)} of the prompt`;
  const lines = `lines ${calls[0]} and ${calls[1]}${at}`;
  const differs = before === "" && after === "" ? "" : `: ${plain(context)}[${plain(before)} | ${plain(after)}]`;
  return `${group}\n   ${lines}${differs}`;
}

/** What is written on a terminal must not steer it. */
function plain(text: string): string {
  return text.replace(/[\p{C}]/gu, " ");
}

function remarksOf({ reading, broken, unsent, vectors, refused, result }: LintedLog): readonly string[] {
  const remarks: string[] = [];
  if (reading.broken > 0) {
    remarks.push(`${countText(reading.broken)} of ${countText(reading.records)} records could not be used:`);
    for (const { line, reason } of reading.firstBroken) remarks.push(`  line ${line}: ${reason}`);
    if (reading.broken > reading.firstBroken.length) remarks.push("  …");
  }
  if (broken !== undefined) remarks.push(`The log could not be read to its end: ${broken}`);
  if (refused > 0) remarks.push(`Calls whose requests their API would refuse: ${countText(refused)}.`);
  if (unsent > 0) remarks.push(`Calls that were answered without a model, or by nobody: ${countText(unsent)}.`);
  if (vectors > 0) remarks.push(`Calls for vectors, which share no prefixes: ${countText(vectors)}.`);
  if (result.untold > 0)
    remarks.push(
      `In ${countText(result.untold)} prompts a tool or the system prompt differs from all others; whether it should is not told by a redacted log.`,
    );
  if (result.redacted > 0)
    remarks.push(
      `${countText(result.redacted)} prompts have no texts in the log: of them only whole texts can be compared, so the byte is that`,
      "of the text in which they part, and dates, ids, space and users' data are not told apart.",
    );
  return remarks;
}

function jsonOf(linted: LintedLog, findings: readonly Finding[]): object {
  const { reading, result, broken, ...others } = linted;
  const { breaks, lapses, ...totals } = result;
  const plainFindings = findings.map(({ lost, lostTokens, ...found }) => ({ ...found, lost }));
  return {
    ...others,
    ...(broken === undefined ? {} : { unreadable: broken }),
    reading: { ...reading, formats: Object.fromEntries(reading.formats) },
    ...totals,
    breaks: plainFindings.slice(0, breaks.length),
    lapses: plainFindings.slice(breaks.length, breaks.length + lapses.length),
  };
}
