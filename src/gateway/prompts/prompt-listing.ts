import type { z } from "zod";
import { isLive, type PromptBook } from "../../layers/prefix/registry/prompt-book.ts";
import type { PromptFinding } from "../../layers/prefix/registry/prompt-findings.ts";
import { promptId } from "../../layers/prefix/registry/prompt-matcher.ts";
import type { PromptVersion } from "../../layers/prefix/registry/registered-prompt.ts";
import type { StatsReport } from "../../telemetry/rollups/stats-report.ts";
import type { promptsSchema } from "./prompt-schemas.ts";

type Listing = z.output<typeof promptsSchema>;
type Counted = Pick<StatsReport, "calls" | "prompts">;

/** Registered prompts by name, those that most calls begin with first. */
export function listingOf(
  book: PromptBook,
  findings: readonly PromptFinding[],
  stats: Counted,
  window: string,
): Listing {
  const byName = new Map<string, PromptVersion[]>();
  for (const version of book.versions) {
    const key = `${version.tenant ?? ""}\n${version.name}`;
    byName.set(key, [...(byName.get(key) ?? []), version]);
  }
  const prompts = [...byName.values()].map((versions) => shownName(versions, stats));
  prompts.sort((one, other) => other.calls - one.calls || (one.name < other.name ? -1 : 1));
  return {
    window,
    calls: stats.calls,
    prompts,
    findings: findings.map((finding) => ({ ...finding, prompts: [...finding.prompts] })),
  };
}

function shownName(versions: readonly PromptVersion[], stats: Counted): Listing["prompts"][number] {
  const newestFirst = [...versions].sort((one, other) => other.sequence - one.sequence);
  const [{ name, tenant }] = versions as readonly [PromptVersion];
  const newest = newestFirst.find(isLive)?.version;
  const shown = newestFirst.map((version) => shownVersion(version, stats));
  const calls = shown.reduce((sum, one) => sum + one.calls, 0);
  return {
    name,
    ...(tenant !== undefined && { tenant }),
    ...(newest !== undefined && { newest }),
    calls,
    share: stats.calls === 0 ? 0 : Math.min(1, calls / stats.calls),
    versions: shown,
  };
}

function shownVersion(version: PromptVersion, { prompts }: Counted): Listing["prompts"][number]["versions"][number] {
  const { createdAt, deletedAt } = version;
  return {
    version: version.version,
    createdAt: new Date(createdAt).toISOString(),
    ...(deletedAt !== undefined && { deletedAt: new Date(deletedAt).toISOString() }),
    ...(isLive(version) && { bytes: Buffer.byteLength(version.text) }),
    calls: prompts[promptId(version)] ?? 0,
  };
}
