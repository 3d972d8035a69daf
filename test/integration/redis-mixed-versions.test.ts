import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { invalidate } from "../e2e/admin-call.ts";
import { ask, contentOf, question, statusOf } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { startRedis } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/**
 * A rolling upgrade: a gateway of today and one of a later version over one Redis. The later one is today's, with one
 * number of a format raised while it is loaded; it reads nothing of the old format, which is worse than a real one would.
 */

const tagged = { "x-ai-cache-tags": "doc:42" };
const names = ["the bay", "the sea", "the cape"];

const raised = {
  "of the keys": ["src/core/fingerprint.ts", 'keyVersion = "1"', 'keyVersion = "2"'],
  "of the entries": ["src/core/entry.ts", "wireVersion = 1", "wireVersion = 2"],
  "of the values in the store": ["src/stores/value-envelope.ts", "envelopeVersion = 1", "envelopeVersion = 2"],
} as const;

/** Node options under which one file of the program has another text. */
function changing([file, from, to]: readonly [string, string, string]): string {
  const hook = join(temporaryFolder(), "later-version.mjs");
  const text = `
    import { registerHooks } from "node:module";
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        if (!url.endsWith(${JSON.stringify(file)})) return loaded;
        const source = Buffer.from(loaded.source).toString("utf8");
        if (!source.includes(${JSON.stringify(from)})) throw new Error("there is nothing to raise");
        return { ...loaded, source: source.replace(${JSON.stringify(from)}, ${JSON.stringify(to)}) };
      },
    });`;
  writeFileSync(hook, text);
  return `--import=${pathToFileURL(hook).href}`;
}

async function setUp(change: readonly [string, string, string]) {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const origin = await runOrigin();
  const start = async (environment: Readonly<Record<string, string>>) => {
    const folder = temporaryFolder();
    const file = join(folder, "reprise.json");
    const store = { url: server.url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
    writeFileSync(file, JSON.stringify({ store, upstreams: { main: { url: origin.url } } }));
    return { ...(await spawnGateway(["--config", file, "--data", folder], { environment })), folder };
  };
  return { origin, today: await start({}), later: await start({ NODE_OPTIONS: changing(change) }) };
}

describeWithServices("redis-server", "gateways of two versions over one Redis", () => {
  test.each(Object.keys(raised) as (keyof typeof raised)[])(
    "T7 the format %s: both answer under load, none fails, and a purge by either is for both",
    async (format) => {
      const { origin, today, later } = await setUp(raised[format]);
      const both = [today, later] as const;
      origin.generation = 1;
      const calls = Array.from({ length: 120 }, (_, index) => {
        const body = question(names[index % names.length], { stream: index % 4 > 1 });
        return ask(both[index % 2] as typeof today, body, tagged);
      });
      for (const answer of await Promise.all(calls)) {
        expect([answer.status, answer.whole, isWhole(contentOf(answer))]).toEqual([200, true, true]);
        expect(contentOf(answer)).toContain("generation-1");
      }
      // Under another key nobody meets the other's answers, nor joins its calls.
      if (format === "of the keys") expect(origin.callCount).toBe(2 * names.length);
      for (const purging of both) {
        origin.generation += 1;
        // Where much of what the other one wrote cannot be read, the store counts as failing for a while: 503, ask again.
        await expect
          .poll(async () => (await invalidate(purging, { tags: ["doc:42"] })).status, { timeout: 20_000 })
          .toBe(200);
        const other = purging === today ? later : today;
        // The one that was asked, at once; the other one as soon as it has heard of it.
        for (const gateway of [purging, other]) {
          await expect
            .poll(async () => contentOf(await ask(gateway, question(names[0]), tagged)))
            .toContain(`generation-${origin.generation}`);
        }
      }
      // Each still has a cache of use to itself; where it cannot read the generations of the other one, every doubt is a miss.
      for (const gateway of both) {
        const again = async () => statusOf(await ask(gateway, question("again"), tagged));
        await again();
        // Under load it is answered before it is stored.
        const served = format === "of the values in the store" ? /^(HIT|MISS)$/ : /^HIT$/;
        await expect.poll(again, { timeout: 20_000 }).toMatch(served);
      }
      for (const { child, stderr } of both)
        expect([child.exitCode, stderr()]).toEqual([null, expect.not.stringMatching(/Error/)]);
    },
    240_000,
  );
});
