import { describe, expect, test } from "vitest";
import { ask, chatPath, contentOf, eventsOf, isDone, question, statusOf } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { runBoth } from "./running-gateway.ts";

const asJson = ["-H", "content-type: application/json", "--data-binary", "@-"];

describe("the same call again", () => {
  test("S16/I5: two equal curl calls are MISS and HIT with equal bytes and one origin call", async () => {
    const { origin, gateway } = await runBoth();
    const body = JSON.stringify(question());
    const first = await curl([...asJson, gateway.url + chatPath], body);
    const second = await curl([...asJson, gateway.url + chatPath], body);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get("x-ai-cache-status")).toBe("MISS");
    expect(first.headers.get("cache-status")).toBe("reprise; fwd=uri-miss; fwd-status=200; stored");
    expect(second.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(second.headers.get("cache-status")).toMatch(/^reprise; hit; ttl=\d+; detail=exact$/);
    expect(second.headers.get("x-ai-cache-layer")).toBe("exact");
    expect(second.headers.get("x-ai-cache-entry")).toBe(first.headers.get("x-ai-cache-entry"));
    expect(second.headers.get("age")).toMatch(/^\d+$/);
    expect(second.headers.get("cache-control")).toBe("private, no-store");
    expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(second.body).toBe(first.body);
    expect(origin.callCount).toBe(1);
  });

  test("S16/I5: two equal streamed curl calls say the same and end with [DONE]", async () => {
    const { origin, gateway } = await runBoth();
    const body = JSON.stringify(question(undefined, { stream: true, stream_options: { include_usage: true } }));
    const first = await curl([...asJson, gateway.url + chatPath], body);
    const second = await curl([...asJson, gateway.url + chatPath], body);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(first.headers.get("x-ai-cache-status")).toBe("MISS");
    expect(second.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(second.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(second.body).toBe(first.body);
    expect(isDone(second.body)).toBe(true);
    expect(eventsOf(second.body).at(-1)?.usage).toMatchObject({ total_tokens: expect.any(Number) });
    expect(origin.callCount).toBe(1);
  });

  test.each([
    ["once whole, then streamed", false],
    ["once streamed, then whole", true],
  ])("S16: asked %s, the text is the same and the origin is called once", async (_, stream) => {
    const { origin, gateway } = await runBoth();
    const first = await ask(gateway, question(undefined, { stream }));
    const second = await ask(gateway, question(undefined, { stream: !stream }));
    expect([statusOf(first), statusOf(second)]).toEqual(["MISS", "HIT"]);
    expect(contentOf(second)).toBe(contentOf(first));
    expect(isDone((stream ? first : second).text)).toBe(true);
    expect(origin.callCount).toBe(1);
  });

  test("S16: a stream has usage only for who asked for it, whoever filled the cache", async () => {
    const { origin, gateway } = await runBoth();
    const plain = question(undefined, { stream: true });
    const wanting = question(undefined, { stream: true, stream_options: { include_usage: true } });
    const [filling, with1, without1] = [
      await ask(gateway, plain),
      await ask(gateway, wanting),
      await ask(gateway, plain),
    ];
    expect([filling, with1, without1].map(statusOf)).toEqual(["MISS", "HIT", "HIT"]);
    expect(filling.text).not.toContain('"usage"');
    expect(without1.text).toBe(filling.text);
    expect(eventsOf(with1.text).at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(origin.callCount).toBe(1);
  });

  test("semantics/Key: order of fields, white space and spelling of numbers do not matter", async () => {
    const { origin, gateway } = await runBoth();
    await ask(gateway, question("x", { temperature: 1, top_p: 0.5 }));
    const text =
      '{ "top_p": 5e-1,\n "temperature": 1.0, "messages": [{"content":"\\u0078","role":"user"}], "model": "scripted-large" }';
    const second = await curl([...asJson, gateway.url + chatPath], text);
    expect(second.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(origin.callCount).toBe(1);
  });

  test("I5: answers that compress, that come in odd pieces, or with comments replay whole", async () => {
    const { origin, gateway } = await runBoth();
    const plans = [{ gzip: "whole" }, { writeSizes: [1, 2, 3] }, { keepAlive: true }, { lineEnding: "\r\n" }] as const;
    for (const [index, plan] of plans.entries()) {
      origin.plan(plan);
      const body = question(`plan ${index}`, { stream: true });
      const first = await ask(gateway, body);
      const second = await ask(gateway, body);
      expect([index, statusOf(first), statusOf(second)]).toEqual([index, "MISS", "HIT"]);
      expect(first.whole && second.whole).toBe(true);
      expect(second.text).not.toContain("keep-alive");
      const wanted = first.text.replaceAll(/: keep-alive\r?\n\r?\n/g, "").replaceAll("\r\n", "\n");
      expect(contentOf({ text: second.text.replaceAll("\r\n", "\n") })).toBe(contentOf({ text: wanted }));
    }
    expect(origin.callCount).toBe(plans.length);
  });
});
