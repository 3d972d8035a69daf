import { describe, expect, test } from "vitest";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { chatPath, statusOf } from "./chat-call.ts";
import { EngineCache } from "./engine-cache.ts";
import { eventually } from "./eventually.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";

/** An upstream of several servers that compute the same, each with a cache of prompts of its own. */

interface Pool {
  readonly engines: readonly EngineCache[];
  readonly replicas: readonly ScriptedOrigin[];
  readonly gateway: RunningGateway;
}

const base = { url: "" };

async function runPool(count: number, settings: object = {}, more: object = {}): Promise<Pool> {
  const engines = Array.from({ length: count }, () => new EngineCache());
  const replicas: ScriptedOrigin[] = [];
  for (const { plan } of engines) replicas.push(await runOrigin({ plan }));
  const pool = { replicas: replicas.map(({ url }) => url), healthPath: "off", ...settings };
  return { engines, replicas, gateway: await runGateway(base, { ...inMemory, upstreams: { pool }, ...more }) };
}

const manuals = ["oven", "boiler", "lamp", "pump"].map((thing) => `This is the manual of the ${thing}. `.repeat(200));

function ask(
  { gateway }: Pool,
  manual: number,
  question: string,
  more: object = {},
  headers: Record<string, string> = {},
) {
  const messages = [
    { role: "system", content: manuals[manual] },
    { role: "user", content: question },
  ];
  return exchange(gateway.url + chatPath, { body: { model: "m", messages, stream: true, ...more }, headers });
}

const countsOf = ({ replicas }: Pool): readonly number[] => replicas.map(({ callCount }) => callCount);

async function replicasOf(pool: Pool) {
  return JSON.parse((await callAdmin(pool.gateway, "/replicas")).text).replicas as {
    readonly url: string;
    readonly state: string;
    readonly requests: number;
    readonly errors: number;
    readonly inFlight: number;
    readonly promptTokens: number;
    readonly cachedTokens: number;
  }[];
}

describe("prefix: a pool of replicas", () => {
  test("calls that begin alike go where that is cached; others spread; hits go nowhere", async () => {
    const pool = await runPool(2);
    for (let round = 0; round < 5; round++)
      for (const manual of manuals.keys()) expect(statusOf(await ask(pool, manual, `Question ${round}?`))).toBe("MISS");
    expect(countsOf(pool)).toEqual([10, 10]);
    // Each manual was computed once.
    const length = manuals.reduce((sum, manual) => sum + manual.length, 0);
    const evaluated = pool.engines.reduce((sum, engine) => sum + engine.evaluated, 0);
    expect(evaluated).toBeLessThan(1.2 * length);
    expect(statusOf(await ask(pool, 0, "Question 0?"))).toBe("HIT");
    expect(countsOf(pool)).toEqual([10, 10]);
    const told = await replicasOf(pool);
    expect(told.map(({ state, requests, errors, inFlight }) => [state, requests, errors, inFlight])).toEqual([
      ["ready", 10, 0, 0],
      ["ready", 10, 0, 0],
    ]);
    expect(told.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0)).toBe(
      pool.engines.reduce((sum, { cached }) => sum + cached, 0),
    );
  });

  test("calls that pass the cache by spread, and go where their beginning is", async () => {
    const pool = await runPool(2);
    const passing = { "x-ai-cache": "off" };
    for (let round = 0; round < 5; round++)
      for (const manual of manuals.keys())
        expect(statusOf(await ask(pool, manual, `Question ${round}?`, {}, passing))).toBe("BYPASS");
    expect(countsOf(pool)).toEqual([10, 10]);
    const length = manuals.reduce((sum, manual) => sum + manual.length, 0);
    expect(pool.engines.reduce((sum, engine) => sum + engine.evaluated, 0)).toBeLessThan(1.2 * length);
  });

  test("salted: what one tenant has sent there is nothing to another", async () => {
    const pool = await runPool(2, { salt: true });
    for (const tenant of ["one", "other"]) await ask(pool, 0, "What is it?", {}, { authorization: `Bearer ${tenant}` });
    expect(countsOf(pool)).toEqual([1, 1]);
    for (const tenant of ["one", "other"]) await ask(pool, 0, "How is it?", {}, { authorization: `Bearer ${tenant}` });
    expect(countsOf(pool)).toEqual([2, 2]);
    expect(pool.engines.every(({ evaluated }) => evaluated < 1.2 * (manuals[0] as string).length)).toBe(true);
  });

  test("what was computed for one model is nothing to another", async () => {
    const pool = await runPool(2);
    for (const model of ["m", "m-with-an-adapter"]) await ask(pool, 0, "What is it?", { model });
    expect(countsOf(pool)).toEqual([1, 1]);
  });

  test("round robin computes every manual everywhere", async () => {
    const pool = await runPool(2, { routing: "round-robin" });
    for (let round = 0; round < 5; round++)
      for (const manual of [0, 1, 2]) await ask(pool, manual, `Question ${round}?`);
    expect(countsOf(pool).toSorted()).toEqual([7, 8]);
    const length = manuals.slice(0, 3).reduce((sum, manual) => sum + manual.length, 0);
    expect(pool.engines.reduce((sum, engine) => sum + engine.evaluated, 0)).toBeGreaterThan(1.9 * length);
  });

  test("slots: each conversation goes on in its own, in place of the one that the client names", async () => {
    const pool = await runPool(2, { routing: "slots", slots: 2 });
    const asked: string[] = [];
    for (const [index, replica] of pool.replicas.entries())
      replica.plan(({ json }) => {
        asked.push(`${index}/${(json as { id_slot: number }).id_slot}`);
        return undefined;
      });
    const turns = manuals.map(() => [] as string[]);
    for (let round = 0; round < 3; round++)
      for (const manual of [2, 0, 3, 1]) {
        await ask(pool, manual, `Question ${round}?`, { id_slot: 9 }, round === 1 ? { "x-ai-cache": "off" } : {});
        turns[manual]?.push(asked.at(-1) as string);
      }
    for (const slots of turns) expect(new Set(slots).size).toBe(1);
    expect(turns.map(([slot]) => slot).toSorted()).toEqual(["0/0", "0/1", "1/0", "1/1"]);
  });

  test.each([
    ["404", { status: 404 }],
    ["401", { status: 401 }],
    ["no JSON", { body: "no JSON" }],
    ["null", { body: "null" }],
    ["a negative count", { body: { total_slots: -1 } }],
    ["a text", { body: { total_slots: "2" } }],
    ["too much", { body: `{"total_slots":1,"more":"${"x".repeat(2_000_000)}"}` }],
  ])("slots: a replica that says %s of its own is well and has what is configured", async (_, told) => {
    const settings = { routing: "slots", slots: 3, healthPath: "/health", healthInterval: "5ms" };
    const pool = await runPool(1, settings);
    let timesAsked = 0;
    const named = new Set<unknown>();
    pool.replicas[0]?.plan(({ path, json }) => {
      if (path === "/props") {
        timesAsked++;
        return told;
      }
      if (path !== "/health") named.add((json as { id_slot: unknown }).id_slot);
      return path === "/health" ? { body: "{}" } : undefined;
    });
    await eventually("it was asked, and again as it did not tell", () => timesAsked > 1);
    for (const manual of [0, 1, 2]) expect(statusOf(await ask(pool, manual, "What?"))).toBe("MISS");
    expect([...named]).toEqual([0, 1, 2]);
    expect((await replicasOf(pool))[0]).toMatchObject({ state: "ready", errors: 0 });
  });

  test("slots: a replica that says it has fewer gets no more", async () => {
    const pool = await runPool(1, { routing: "slots", slots: 3, healthPath: "/health", healthInterval: "5ms" });
    const named: number[] = [];
    pool.replicas[0]?.plan(({ path, json }) => {
      if (path === "/props") return { body: { total_slots: 2 } };
      if (path === "/health") return { body: "{}" };
      named.push((json as { id_slot: number }).id_slot);
      return undefined;
    });
    let round = 0;
    const askAll = async (): Promise<readonly number[]> => {
      for (const manual of manuals.keys()) await ask(pool, manual, `Question ${round}?`.repeat(100));
      round++;
      return named.splice(0);
    };
    // Each of four conversations takes the place of another, so that in turn every slot is used.
    await eventually("it has told", async () => new Set(await askAll()).size === 2);
    for (let further = 0; further < 3; further++) expect(new Set(await askAll())).toEqual(new Set([0, 1]));
  });

  test("a replica that is gone is passed over, left out, and nobody notices", async () => {
    const pool = await runPool(3);
    await pool.replicas[1]?.close();
    for (let round = 0; round < 12; round++)
      expect((await ask(pool, round % 4, `Question ${round}?`)).status).toBe(200);
    const told = await replicasOf(pool);
    expect(told.map(({ state }) => state)).toEqual(["ready", "ejected", "ready"]);
    expect(told[1]).toMatchObject({ requests: 3, errors: 3 });
  });

  test.each([502, 503, 504])("one that answers %i is tried elsewhere before the first byte", async (status) => {
    const pool = await runPool(2);
    pool.replicas[0]?.plan(() => ({ status }));
    for (let round = 0; round < 6; round++) expect((await ask(pool, round % 4, `Question ${round}?`)).status).toBe(200);
    expect(countsOf(pool)).toEqual([3, 6]);
  });

  test.each([400, 429, 500])("what answers %i means it: it is passed on", async (status) => {
    const pool = await runPool(2);
    for (const replica of pool.replicas) replica.plan(() => ({ status }));
    expect((await ask(pool, 0, "What?")).status).toBe(status);
    expect(countsOf(pool).toSorted()).toEqual([0, 1]);
  });

  test("one that dies in the middle of a stream breaks it off, without a second try, and nothing is stored", async () => {
    const pool = await runPool(2);
    for (const replica of pool.replicas) replica.plan(() => ({ cut: { afterChunks: 3, how: "rst" } }));
    const broken = await ask(pool, 0, "What?");
    expect(broken.text).not.toContain("[DONE]");
    expect(countsOf(pool).toSorted()).toEqual([0, 1]);
    for (const [index, replica] of pool.replicas.entries()) replica.plan(pool.engines[index]?.plan);
    expect(statusOf(await ask(pool, 0, "What?"))).toBe("MISS");
  });

  test("without any that is well: 503, which says so", async () => {
    const pool = await runPool(1);
    await pool.replicas[0]?.close();
    for (let round = 0; round < 3; round++) {
      const unreached = await ask(pool, 0, `Question ${round}?`);
      expect(unreached.status).toBe(503);
      expect(unreached.text).toContain("replica 1 could not be reached: ECONNREFUSED");
    }
    const refused = await ask(pool, 0, "And now?");
    expect(refused.status).toBe(503);
    expect(refused.text).toContain("replica 1 is ejected");
  });

  test("restarts, silence and nonsense about the cache harm nobody", async () => {
    const pool = await runPool(2);
    for (const usage of [
      null,
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 1e9 } },
      { prompt_tokens: -5 },
    ]) {
      for (const replica of pool.replicas) replica.plan(() => ({ usage }));
      for (const manual of manuals.keys()) expect((await ask(pool, manual, JSON.stringify(usage))).status).toBe(200);
    }
    for (const [index, replica] of pool.replicas.entries()) {
      pool.engines[index]?.restart();
      replica.plan(pool.engines[index]?.plan);
    }
    for (let round = 0; round < 4; round++)
      for (const manual of manuals.keys()) expect((await ask(pool, manual, `Again ${round}?`)).status).toBe(200);
  });

  test("salts part tenants and take the place of the client's", async () => {
    const pool = await runPool(1, { salt: true });
    const [engine] = pool.engines as [EngineCache];
    const of = (name: string) => ({ authorization: `Bearer ${name}` });
    await ask(pool, 0, "What?", {}, of("ann"));
    await ask(pool, 0, "Where?", { cache_salt: "guess" }, of("ann"));
    expect(engine.cached).toBeGreaterThan(0.9 * (manuals[0] as string).length);
    const before = engine.cached;
    await ask(pool, 0, "What?", { cache_salt: engine.salts[0] }, of("ben"));
    expect(engine.cached).toBe(before);
    const [first, second, third] = engine.salts;
    expect(first).toMatch(/^[\w-]{16,}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test("a replica is asked for its health, and put back when it is well", async () => {
    const pool = await runPool(2, { healthPath: "/health", healthInterval: "20ms" });
    const stateOf = async () => (await replicasOf(pool))[0]?.state;
    pool.replicas[0]?.plan(() => ({ status: 503 }));
    await eventually("it is left out", async () => (await stateOf()) === "ejected");
    const before = countsOf(pool)[1] as number;
    expect((await ask(pool, 0, "What?")).status).toBe(200);
    expect(countsOf(pool)[1]).toBeGreaterThan(before);
    pool.replicas[0]?.plan(pool.engines[0]?.plan);
    await eventually("it is put back", async () => (await stateOf()) === "ready");
  });

  test("what passes through reaches one that is well", async () => {
    const pool = await runPool(2);
    await pool.replicas[0]?.close();
    for (let round = 0; round < 4; round++) await ask(pool, round, `Question ${round}?`);
    for (let round = 0; round < 3; round++) await ask(pool, round, `More ${round}?`);
    expect((await exchange(`${pool.gateway.url}/v1/models`)).status).toBe(200);
  });
});
