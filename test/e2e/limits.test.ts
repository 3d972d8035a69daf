import { describe, expect, it } from "vitest";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { chatPath } from "./chat-call.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

/** Bounds that keep one caller, or one origin, from holding up all others: at them, and one beyond (T5). */

const megabyte = 1024 * 1024;
const opening = '{"model":"m","messages":[{"role":"user","content":"hi"}]';
/** The opening has 10 values and keys, the field that follows a key and a list. */
const withValues = (count: number) => `${opening},"a":[${Array(count - 12).fill("1")}]}`;

async function setUp() {
  const { origin, gateway } = await runBoth({ ...inMemory, server: { maxBodyBytes: "1mb" } });
  const post = (body: string): Promise<Exchanged> =>
    exchange(`${gateway.url}${chatPath}`, {
      headers: { authorization: "Bearer one", "content-type": "application/json" },
      body,
    });
  return { origin, post };
}

const outcomeOf = ({ headers }: Exchanged) => headers["x-ai-cache-status"];

describe("a request", () => {
  it("may have as many bytes as the bound says", async () => {
    const { origin, post } = await setUp();
    const bodyOf = (length: number) => `${opening},"a":"${"x".repeat(length - opening.length - 8)}"}`;
    expect(Buffer.byteLength(bodyOf(megabyte))).toBe(megabyte);
    expect((await post(bodyOf(megabyte))).status).toBe(200);
    expect(outcomeOf(await post(bodyOf(megabyte)))).toBe("HIT");
    const refused = await post(bodyOf(megabyte + 1));
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([413, "body_too_large"]);
    expect(origin.callCount).toBe(1);
  });

  it("may have 100,000 values and keys", async () => {
    const { origin, post } = await setUp();
    expect((await post(withValues(100_000))).status).toBe(200);
    expect(outcomeOf(await post(withValues(100_000)))).toBe("HIT");
    const refused = await post(withValues(100_001));
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([400, "invalid_json"]);
    expect(JSON.parse(refused.text).error.message).toContain("More than 100000 values and keys");
    expect(origin.callCount).toBe(1);
  });

  it("may offer 10,000 tools, whose order counts", async () => {
    const { post } = await setUp();
    const tools = Array.from({ length: 10_000 }, (_, index) => ({ type: "function", function: { name: `t${index}` } }));
    const bodyOf = (list: readonly object[]) => `${opening},"tools":${JSON.stringify(list)}}`;
    expect(outcomeOf(await post(bodyOf(tools)))).toBe("MISS");
    expect(outcomeOf(await post(bodyOf(tools)))).toBe("HIT");
    expect(outcomeOf(await post(bodyOf(tools.toReversed())))).toBe("MISS");
  });
});

describe("an answer", () => {
  it("of 20 MB is passed on whole, and not stored", async () => {
    const { origin, post } = await setUp();
    const content = "y".repeat(20 * megabyte);
    origin.plan({ content });
    for (const order of [1, 2]) {
      const answer = await post(`${opening}}`);
      expect([answer.status, answer.whole, outcomeOf(answer)]).toEqual([200, true, "MISS"]);
      expect(JSON.parse(answer.text).choices[0].message.content === content).toBe(true);
      expect(origin.callCount).toBe(order);
    }
    origin.plan({});
    const next = await post(`${opening}}`);
    expect(isWhole(JSON.parse(next.text).choices[0].message.content)).toBe(true);
  });

  it("may be one event of 1 MB, which is stored", async () => {
    const { origin, post } = await setUp();
    origin.plan({ content: "z".repeat(megabyte) });
    const body = `${opening},"stream":true}`;
    const live = await post(body);
    expect(live.body.length).toBeGreaterThan(megabyte);
    const hit = await post(body);
    expect(outcomeOf(hit)).toBe("HIT");
    expect(hit.body.equals(live.body)).toBe(true);
  });

  it("with an event beyond 16 MB breaks off with an error, is not stored, and harms nobody else", async () => {
    const { origin, post } = await setUp();
    origin.plan({ content: "z".repeat(17 * megabyte) });
    const body = `${opening},"stream":true}`;
    const broken = await post(body);
    expect(broken.body.length).toBeLessThan(megabyte);
    expect(broken.text).toContain('"code":"origin_truncated"');
    origin.plan({});
    expect(outcomeOf(await post(body))).toBe("MISS");
    expect(outcomeOf(await post(body))).toBe("HIT");
  });

  it("with more values than anybody should wait for is passed on, and not stored", async () => {
    const { origin, post } = await setUp();
    origin.plan({ body: `{"choices":[${"1,".repeat(1_500_000)}1]}`, headers: { "content-type": "application/json" } });
    const answer = await post(`${opening}}`);
    expect([answer.status, answer.body.length]).toEqual([200, 3_000_015]);
    expect(answer.headers["x-ai-cache-reason"]).toBe("schema_mismatch");
    origin.plan({});
    expect(outcomeOf(await post(`${opening}}`))).toBe("MISS");
  });
});
