import type { PersonalKind } from "../../core/personal-data.ts";
import { findCard } from "./card.ts";
import { findEmails } from "./email.ts";
import type { Finding, Report } from "./finding.ts";
import { foldedText } from "./folded-text.ts";
import { findIbans } from "./iban.ts";
import { findIpAddresses } from "./ip-address.ts";
import { findLetterIds } from "./national-ids/letter-ids.ts";
import { findDigitId } from "./national-ids/national-ids.ts";
import { eachRun, eachWindow } from "./number-runs.ts";
import { findPhone } from "./phone.ts";
import { findSecrets } from "./secret.ts";
import { findSetApartCards } from "./set-apart-card.ts";
import { Surroundings } from "./surroundings.ts";

/**
 * Personal data in a text. Most texts hold none, and that is found out cheaply: what has no `@` holds no address, and what
 * has hardly a digit no number. Numbers are read once for all kinds of them, and what one kind has claimed is no other:
 * an account number is not a telephone number as well. No step reads a character more often than a fixed number of times,
 * whatever the text is.
 */

/** Findings in one text; more say nothing new. */
const mostFindings = 10_000;

export interface Detection {
  /** The text that the places of the findings are in. */
  readonly text: string;
  /** By where they begin. */
  readonly findings: readonly Finding[];
}

/** `isExcepted`: whether a value is known and is nobody's secret, such as the address of the operator's own support. */
export function detect(given: string, isExcepted: (value: string) => boolean = () => false): Detection {
  const text = foldedText(given);
  const findings: Finding[] = [];
  const report: Report = (finding) => {
    if (findings.length < mostFindings && !isExcepted(finding.value)) findings.push(finding);
  };
  const surroundings = new Surroundings(text);
  findEmails(surroundings, report);
  findSecrets(surroundings, report);
  if (hasDigits(text)) {
    const claimed: [number, number][] = [];
    const claim: Report = (finding) => {
      claimed.push([finding.start, finding.end]);
      report(finding);
    };
    findSetApartCards(text, claim);
    findIbans(text, claim);
    findLetterIds(surroundings, claim);
    findIpAddresses(surroundings, claim);
    findNumbers(surroundings, claimed, report);
  }
  return { text, findings: withoutOverlaps(findings) };
}

/** Four is what the shortest address has. */
function hasDigits(text: string): boolean {
  return /\d/.test(text) || text.includes("::");
}

function findNumbers(
  surroundings: Surroundings,
  claimed: readonly (readonly [number, number])[],
  report: Report,
): void {
  const taken = [...claimed].sort(([one], [other]) => one - other);
  let next = 0;
  eachRun(surroundings.text, (run) => {
    let free = 0;
    eachWindow(run, (window) => {
      if (window.start < free) return;
      while (next < taken.length && (taken[next] as readonly [number, number])[1] <= window.start) next++;
      const claim = taken[next];
      if (claim !== undefined && claim[0] < window.end) return;
      const own: Report = (finding) => {
        free = finding.end;
        report(finding);
      };
      findCard(window, own);
      if (window.start >= free) findDigitId(window, surroundings, own);
      if (window.start >= free) findPhone(window, surroundings, own);
    });
  });
}

/** Of two that share characters the one that begins first counts, and of those the longer. */
function withoutOverlaps(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  const kept: Finding[] = [];
  const ordered = [...findings].sort((one, other) => one.start - other.start || other.end - one.end);
  for (const finding of ordered) if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding);
  return kept;
}

export function kindsOf(findings: readonly Finding[]): readonly PersonalKind[] {
  return [...new Set(findings.map(({ kind }) => kind))];
}
