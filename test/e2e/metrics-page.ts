import { exchange } from "./http-exchange.ts";

/** What `/metrics` says, and how it adds up. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export async function scrape(gateway: { readonly url: string }): Promise<readonly Sample[]> {
  const { text } = await exchange(`${gateway.url}/metrics`);
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", text = ""]) => [
        key,
        text,
      ]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

export function total(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Calls by result, each counted once (invariant I8). */
export async function callsByResult(gateway: { readonly url: string }): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { name, labels, value } of await scrape(gateway)) {
    if (name !== "reprise_requests_total" || labels["layer"] !== "overall") continue;
    const result = labels["result"] ?? "";
    counts[result] = (counts[result] ?? 0) + value;
  }
  return counts;
}
