import type { Pricer } from "../core/cost.ts";
import type { CacheLapse, PrefixBreak } from "../layers/prefix/lint/lint-result.ts";
import { causeNames } from "./cause-names.ts";
import type { LintMode } from "./lint-mode.ts";
import type { TenantLint } from "./live-lint.ts";
import { lostBy } from "./lost-money.ts";

/** What the lint found in the calls that came, in money and in words. */

export interface LintFinding {
  readonly tenant: string;
  /** Prompts that were made from the same texts: whose, and how they begin (`full` only). */
  readonly protocol: string;
  readonly model: string;
  readonly label?: string;
  readonly cause: string;
  /** The same in words. */
  readonly what: string;
  /** Of a break: the section in which prompts part, its first byte that differs, and the same from the prompt's start. */
  readonly section?: string;
  readonly byte?: number;
  readonly promptByte?: number;
  /** Calls that lost something, of all in their group; of those that were looked at. */
  readonly calls: number;
  readonly ofCalls: number;
  /** Of all calls, by what was lost in those that were looked at. */
  readonly lostTokens: number;
  readonly lostUsd?: string;
  readonly lostTokensPerDay?: number;
  readonly lostUsdPerDay?: string;
  readonly remedy: string;
  /** What stands before that byte, and what differs (`full` only). */
  readonly example?: { readonly context: string; readonly before: string; readonly after: string };
}

export interface LintFindings {
  readonly mode: LintMode;
  /** Calls that went to an origin, and of these those that were looked at. */
  readonly calls: number;
  readonly heard: number;
  /** When the first of them came, and the last. */
  readonly from?: number;
  readonly to?: number;
  readonly inputTokens: number;
  readonly lostTokens: number;
  /** The dearest first. */
  readonly findings: readonly LintFinding[];
}

export function findingsOf(
  mode: LintMode,
  found: readonly TenantLint[],
  { pricer, now }: { readonly pricer: Pricer; readonly now: number },
): LintFindings {
  const findings = found.flatMap((one) =>
    [...one.result.breaks, ...one.result.lapses].map((finding) => findingOf(mode, one, finding, { pricer, now })),
  );
  const instants = (of: "from" | "to") => found.flatMap(({ result }) => result[of] ?? []);
  const [from, to] = [instants("from"), instants("to")];
  const sum = (of: (one: TenantLint) => number) => found.reduce((all, one) => all + of(one), 0);
  return {
    ...{ mode, calls: sum(({ calls }) => calls), heard: sum(({ heard }) => heard) },
    ...(from.length === 0 ? {} : { from: Math.min(...from), to: Math.max(...to) }),
    inputTokens: Math.round(sum((one) => one.result.inputTokens * scaleOf(one))),
    lostTokens: findings.reduce((all, { lostTokens }) => all + lostTokens, 0),
    findings: findings.sort(
      (one, other) => Number(other.lostUsd ?? 0) - Number(one.lostUsd ?? 0) || other.lostTokens - one.lostTokens,
    ),
  };
}

function findingOf(
  mode: LintMode,
  one: TenantLint,
  found: PrefixBreak | CacheLapse,
  { pricer, now }: { readonly pricer: Pricer; readonly now: number },
): LintFinding {
  const { group, cause, calls, remedy } = found;
  const { from, to } = one.result;
  const lostTokens = Math.round(found.lostTokens * scaleOf(one));
  const spanMs = from === undefined || to === undefined ? undefined : to - from;
  const lost = lostBy(group, lostTokens, { pricer, now, spanMs });
  const isShown = mode === "full";
  const place = "place" in found ? found : undefined;
  const { context = "", before = "", after = "" } = place?.example ?? {};
  return {
    ...{ tenant: one.tenant, protocol: group.protocol, model: group.model, cause, what: causeNames[cause] },
    ...(isShown ? { label: group.label } : {}),
    ...(place && { section: place.place, byte: place.byte, promptByte: place.promptByte }),
    ...{ calls, ofCalls: group.calls, lostTokens },
    ...(lost.usd === undefined ? {} : { lostUsd: lost.usd }),
    ...(lost.tokensPerDay === undefined ? {} : { lostTokensPerDay: lost.tokensPerDay }),
    ...(lost.usdPerDay === undefined ? {} : { lostUsdPerDay: lost.usdPerDay }),
    remedy,
    ...(isShown && place ? { example: { context, before, after } } : {}),
  };
}

/** For each call that was looked at, so many that were not but may be taken to be like it. */
function scaleOf({ calls, heard }: TenantLint): number {
  return heard === 0 ? 1 : calls / heard;
}
