import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { firstGeneration, renewGeneration, scopeKey } from "../../core/generations.ts";
import { scopeOf } from "../../core/scopes.ts";
import { EdgeLabels } from "../../layers/edge/edge-labels.ts";
import type { AnswerHead } from "../../layers/edge/published-answer.ts";
import { settingsSchema } from "../../options.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { AttemptLimit } from "../attempt-limit.ts";
import { AnswerRegistry } from "./answer-registry.ts";
import { AnswerRoute } from "./answer-route.ts";

const hourMs = 3_600_000;
const secret = fingerprintKey(Buffer.alloc(32, 1));
const tag = scopeOf("tag", "doc:1", "t");

async function setUp(of: Partial<AnswerHead> = {}) {
  const clock = new ManualClock();
  const shared = new ChaosStore(memory({ clock }));
  const registry = new AnswerRegistry({
    store: shared,
    truth: shared,
    secret,
    clock,
    random: systemRandom,
    announce: async () => {},
  });
  const labels = { title: undefined, language: undefined, model: undefined, tags: [] };
  const at = clock.now();
  const token = await firstGeneration(shared, tag, systemRandom);
  await registry.addVersion({
    ...{ slug: "a", text: "Yes.", ...labels, computedAt: at, publishedAt: at },
    ...{ source: { tenant: "t", slot: "s" }, generations: [[tag.name, Buffer.from(token).toString("base64url")]] },
  });
  const refreshed: string[] = [];
  const withdrawn: number[] = [];
  const head = { slug: "a", state: "live", current: 1, latest: 1, changedAt: at } as const;
  await registry.setHead({ ...head, prompt: undefined, refreshedAt: undefined, failed: undefined, ...of });
  const route = new AnswerRoute({
    ...{
      registry,
      clock,
      labels: new EdgeLabels(secret),
      live: { settings: settingsSchema.parse({ layers: { edge: { purge: { front } } } }).layers.edge },
    },
    unknown: () => new AttemptLimit(clock, 10),
    refresh: (slug) => refreshed.push(slug),
    withdraw: ({ version }) => withdrawn.push(version),
  });
  const server = createServer((request, response) => {
    const serving = (async () => route.serve(request, response, "/v1/answers/a", undefined))();
    serving.catch((error: unknown) => {
      response.writeHead(error instanceof StoreUnavailableError ? 503 : 500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const get = async (since?: string | null) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const answer = await fetch(url, since ? { headers: { "if-modified-since": since } } : {});
    await answer.arrayBuffer();
    const { status, headers } = answer;
    return { status, cdn: headers.get("cdn-cache-control"), modified: headers.get("last-modified") };
  };
  return { clock, shared, registry, refreshed, withdrawn, get };
}

/** A cache in front; only for one that can be told the lifetime is widened. */
const front = { kind: "webhook", url: "http://127.0.0.1:1", secret: "0123456789abcdef" };

describe("a published answer", () => {
  it("of a prompt is fresh until it is asked again, stale for a while after that, and then nobody's", async () => {
    const at = new ManualClock().now();
    const prompt = { path: "/v1/chat/completions", body: {}, headers: {}, everyMs: hourMs };
    const { clock, refreshed, get } = await setUp({ prompt, refreshedAt: at });
    expect((await get()).cdn).toBe("max-age=3600, stale-while-revalidate=600, stale-if-error=86400");
    clock.advance(hourMs - 60_000);
    expect((await get()).cdn).toBe("max-age=60, stale-while-revalidate=600, stale-if-error=86400");
    expect(refreshed).toEqual([]);
    clock.advance(120_000);
    expect((await get()).cdn).toBe("max-age=0, stale-while-revalidate=540, stale-if-error=86340");
    expect(refreshed).toEqual(["a"]);
    clock.advance(24 * hourMs - 60_000);
    expect((await get()).status).toBe(200);
    clock.advance(1);
    expect((await get()).status).toBe(503);
  });

  it("is gone when something that it lives by was taken back, and is withdrawn then", async () => {
    const { shared, withdrawn, get } = await setUp();
    expect((await get()).status).toBe(200);
    await renewGeneration(shared, tag, systemRandom);
    expect([(await get()).status, withdrawn]).toEqual([410, [1]]);
  });

  it("was modified when it came to be shown, and not when its version was made: an earlier one is new again", async () => {
    const { clock, registry, get } = await setUp();
    const head = (await registry.head("a")) as AnswerHead;
    const first = await get();
    expect((await get(first.modified)).status).toBe(304);
    clock.advance(hourMs);
    await registry.setHead({ ...head, changedAt: clock.now() });
    const again = await get(first.modified);
    expect([again.status, Date.parse(again.modified ?? "") - Date.parse(first.modified ?? "")]).toEqual([200, hourMs]);
    expect((await get(again.modified)).status).toBe(304);
  });

  it("tells no date that is still to come, and judges by none", async () => {
    const { clock, registry, get } = await setUp();
    const head = (await registry.head("a")) as AnswerHead;
    await registry.setHead({ ...head, changedAt: clock.now() + 1_000 });
    const soon = new Date(clock.now() + 1_000).toUTCString();
    expect(await get(soon)).toMatchObject({ status: 200, modified: null });
    clock.advance(1_000);
    expect((await get(soon)).status).toBe(304);
  });

  it("stays when a store has lost what it lives by, or begins with it anew", async () => {
    const { shared, withdrawn, get } = await setUp();
    await shared.delete(tag.tenant, scopeKey(tag));
    expect((await get()).status).toBe(200);
    await firstGeneration(shared, tag, systemRandom);
    expect([(await get()).status, withdrawn]).toEqual([200, []]);
  });

  it("is not said to be absent by a store that is away", async () => {
    const { shared, get } = await setUp();
    shared.mode = "failing";
    expect((await get()).status).toBe(503);
    shared.mode = "healthy";
    expect((await get()).status).toBe(200);
  });
});
