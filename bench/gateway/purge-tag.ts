import { Redis } from "ioredis";
import { defaultDirectives } from "../../src/core/directives.ts";
import type { Keyed } from "../../src/core/layer.ts";
import { assembleCore, type Core } from "../../src/core-assembly.ts";
import { readSettings } from "../../src/options.ts";
import { redis } from "../../src/stores/redis.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";
import { hasRedis, startRedisServer } from "../servers/redis-server.ts";
import { withFolder } from "../temporary.ts";

/** Takes back a tag that very many entries in one Redis have, and waits until another node that has them in memory follows. */

const tenant = "tenant";
const directives = { ...defaultDirectives, tags: ["handbook"] };

export const purgeTag: Benchmark = {
  name: "purge-tag",
  describe:
    "an invalidation by a tag that 100,000 entries in Redis have, until it is acknowledged and until others follow",
  run: (options) => withFolder((folder) => run(options, folder)),
};

async function run({ quick, log }: BenchOptions, folder: string) {
  if (!hasRedis) return { skipped: "redis-server is not installed (Debian package redis-server)" };
  const server = await startRedisServer(folder);
  const admin = new Redis(server.url);
  const [here, there] = [await node(server.url), await node(server.url)];
  try {
    const entries = quick ? 2_000 : 100_000;
    const rounds = quick ? 2 : 15;
    log(`storing ${entries} entries`);
    await fill(here, entries);
    const samples = { ackMs: [] as number[], setMs: [] as number[], seenMs: [] as number[], commands: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      const call = keyed(there, `again-${round}`);
      await store(there, call);
      // From memory, as often as anybody asks.
      if ((await there.wrapParts.exact.lookup(call)).kind !== "hit") throw new Error("it is not stored");
      samples.setMs.push(await took(() => admin.set("bare", "value")));
      const before = await commandsOf(admin);
      const startedAt = performance.now();
      await here.invalidate({ tenant, tags: directives.tags });
      samples.ackMs.push(performance.now() - startedAt);
      const acknowledgedAt = performance.now();
      while ((await there.wrapParts.exact.lookup(call)).kind === "hit") await new Promise((next) => setImmediate(next));
      samples.seenMs.push(performance.now() - acknowledgedAt);
      samples.commands.push(differing(before, await commandsOf(admin)));
    }
    const of = entries.toLocaleString("en-US");
    const what = `a tag of ${of} entries is taken back`;
    return {
      budget: [
        budgetRow(`${what}: seen by a second node`, "the bound that the docs state", samples.seenMs, {
          must: 1_000,
          aim: 50,
          better: "lower",
          unit: "ms",
        }),
        budgetRow(`${what}: commands that write`, "one round trip", samples.commands, {
          must: 1,
          better: "lower",
          unit: "commands",
        }),
      ],
      figures: [
        figure("acknowledged after", "ms", samples.ackMs),
        figure("a bare ioredis SET", "ms", samples.setMs),
        figure("acknowledged after, in bare SETs", "x", quotients(samples.ackMs, samples.setMs)),
      ],
      notes: [
        "One SET of the tag's new generation; the generation of before is read, and the others are told, beside it. None of the entries is touched.",
        "Both nodes are in one process; the second has the entry in its memory, and hears of it through Redis.",
      ],
    };
  } finally {
    admin.disconnect();
    await Promise.all([here.close(), there.close()]);
    await server.child.stop(1_000);
  }
}

async function node(url: string): Promise<Core> {
  // While it is filled, Redis is busy for longer than a call would wait.
  const reading = readSettings({ store: { readDeadline: "10s", writeDeadline: "10s" } });
  if (!reading.ok) throw new Error("the settings are not valid");
  return assembleCore({ settings: reading.settings, store: redis(url) });
}

function keyed({ wrapParts: { policy } }: Core, key: string): Keyed {
  return { key, principal: { tenant, user: undefined }, directives, policy, variants: 1 };
}

async function store({ wrapParts: { exact } }: Core, call: Keyed): Promise<void> {
  const body = Buffer.from(answerBody(numbered(0)), "utf8");
  const recording = { form: "json", body, model: undefined, usage: undefined } as const;
  const result = await exact.record(call, call.key, await exact.prepare(call), recording, "bench");
  if (result.kind !== "stored") throw new Error(`not stored: ${result.kind}`);
}

async function fill(core: Core, entries: number): Promise<void> {
  const together = 250;
  for (let from = 0; from < entries; from += together) {
    await Promise.all(Array.from({ length: together }, (_, index) => store(core, keyed(core, numbered(from + index)))));
  }
}

async function took(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

const writing = new Set(["set", "del", "unlink", "eval", "evalsha", "scan", "keys", "expire", "incr"]);

/** How often each command that writes or walks was called. */
async function commandsOf(admin: Redis): Promise<ReadonlyMap<string, number>> {
  const lines = (await admin.info("commandstats")).matchAll(/^cmdstat_(\w+)[^:]*:calls=(\d+)/gm);
  return new Map([...lines].map(([, name, calls]): [string, number] => [name as string, Number(calls)]));
}

function differing(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [name, calls] of after) if (writing.has(name)) sum += calls - (before.get(name) ?? 0);
  return sum;
}
