import process from "node:process";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, bearer, beginAsking, chatPath, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

const limited = (limits: object) => ({ ...inMemory, security: { limits } });
const codeOf = ({ text }: Exchanged) => JSON.parse(text).error.code;
const megabyte = 1024 * 1024;
const mostGrowth = 200 * megabyte;

/** By how much the resident memory grew meanwhile. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  await work();
  return process.memoryUsage.rss() - before;
}

describe("X11: a head", () => {
  test("with more fields than security.limits.headerCount is 431, and none of them is left out unseen", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const withFields = (count: number) =>
      requestText(
        chatPath,
        JSON.stringify(question()),
        Array.from({ length: count - 2 }, (_, n) => `A${n}: x`),
      );
    for (const [count, status] of [
      [100, 200],
      [101, 431],
      [1_500, 431],
    ] as const) {
      const connection = await openConnection(gateway);
      connection.socket.write(withFields(count));
      await connection.until(new RegExp(`^HTTP/1.1 ${status} `));
      expect([count, connection.received().slice(9, 12)]).toEqual([count, String(status)]);
      connection.socket.destroy();
    }
    expect(origin.callCount).toBe(1);
  });

  test("larger than security.limits.headerBytes is 431", async () => {
    const { origin, gateway } = await runBoth(limited({ headerBytes: "4kb" }));
    const long = (length: number) =>
      exchange(gateway.url + chatPath, { body: question(), headers: { "x-long": "x".repeat(length) } });
    expect((await long(3_000)).status).toBe(200);
    expect((await long(4_200)).status).toBe(431);
    expect(origin.callCount).toBe(1);
  });

  test("that does not come in time is 408, and so is a body (slow loris)", async () => {
    const { origin, gateway } = await runBoth(limited({ headersTimeout: "100ms", requestTimeout: "150ms" }));
    const slow = [
      `POST ${chatPath} HTTP/1.1\r\nHost: g\r\nX-A:`,
      `${requestText(chatPath, "x".repeat(50)).slice(0, -40)}`,
    ];
    await Promise.all(
      slow.map(async (beginning) => {
        const connection = await openConnection(gateway);
        connection.socket.write(beginning);
        await connection.closed;
        expect(connection.received()).toMatch(/^HTTP\/1\.1 408 /);
      }),
    );
    expect(origin.callCount).toBe(0);
    expect((await ask(gateway)).status).toBe(200);
  });
});

describe("X11: connections and streams", () => {
  test("beyond security.limits.connections are closed; those that are there go on", async () => {
    const { gateway } = await runBoth(limited({ connections: 2 }));
    const look = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const [one, two] = [await openConnection(gateway), await openConnection(gateway)];
    for (const { socket, until } of [one, two]) {
      socket.write(look);
      await until(/^HTTP\/1\.1 200 /);
    }
    const third = await openConnection(gateway);
    third.socket.write(look);
    await third.closed;
    expect(third.received()).toBe("");
    one.socket.destroy();
    two.socket.write(requestText(chatPath, JSON.stringify(question()), ["Connection: close"]));
    await two.closed;
    expect(two.received()).toMatch(/HTTP\/1\.1 200 OK[\s\S]*HTTP\/1\.1 200 OK/);
    await eventually("there is room again", async () => (await ask(gateway).catch(() => undefined))?.status === 200);
  });

  test("of one tenant beyond security.limits.streamsPerTenant are 429, before an origin is asked", async () => {
    const { origin, gateway } = await runBoth(limited({ streamsPerTenant: 2 }));
    const gate = new Gate();
    origin.plan(({ json }) => ((json as { stream?: boolean }).stream === true ? { holds: [{ at: 1, gate }] } : {}));
    const streams = ["a", "b"].map((content) =>
      beginAsking(gateway, question(content, { stream: true }), bearer("one")),
    );
    for (const { head } of streams) expect((await head).statusCode).toBe(200);
    const refused = await ask(gateway, question("c", { stream: true }), bearer("one"));
    expect([refused.status, codeOf(refused), refused.headers["retry-after"]]).toEqual([429, "too_many_streams", "1"]);
    const before = origin.callCount;
    expect(before).toBe(2);
    expect((await ask(gateway, question("d"), bearer("two"))).status).toBe(200);
    gate.release();
    for (const { done } of streams) expect((await done).whole).toBe(true);
    await eventually("there is room again", async () => {
      const next = await ask(gateway, question("e", { stream: true }), bearer("one"));
      return next.status === 200;
    });
  });
});

describe("X11: a bomb in a request", () => {
  const blank = Buffer.alloc(8 * megabyte, 0x20);
  test.each([
    ["gzip", gzipSync(blank)],
    ["deflate", deflateSync(blank)],
    ["br", brotliCompressSync(blank)],
    ["zstd", zstdCompressSync(blank)],
  ] as const)(
    "%s that unfolds to more than decompressionRatio times its bytes is 413 below maxBodyBytes",
    async (encoding, body) => {
      const { origin, gateway } = await runBoth(inMemory);
      expect(blank.length / body.length).toBeGreaterThan(100);
      const answer = await ask(gateway, body, { "content-encoding": encoding });
      expect([answer.status, codeOf(answer)]).toEqual([413, "body_too_large"]);
      expect(answer.text).toContain("100 times its bytes");
      expect(origin.callCount).toBe(0);
    },
  );

  test("of ordinary text that compresses well is none", async () => {
    const { gateway } = await runBoth(inMemory);
    const words = Array.from({ length: 200_000 }, (_, n) => `${(n * 7919) % 104_729} words`).join(" ");
    const body = gzipSync(JSON.stringify(question(words)));
    expect((await ask(gateway, body, { "content-encoding": "gzip" })).status).toBe(200);
  });

  test.each(["gzip, gzip", "gzip,br", "identity, gzip", "gzip, identity"])(
    "in encodings inside each other (%s) is 400",
    async (encoding) => {
      const { origin, gateway } = await runBoth(inMemory);
      const answer = await ask(gateway, gzipSync(gzipSync(blank)), { "content-encoding": encoding });
      expect([answer.status, codeOf(answer), origin.callCount]).toEqual([400, "unsupported_encoding", 0]);
    },
  );

  test("takes no memory to speak of, and neither do deep, wide and numberless JSON", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const opening = '{"model":"m","messages":[{"role":"user","content":"hi"}],"a":';
    const bombs: readonly (readonly [Buffer | string, object])[] = [
      [gzipSync(Buffer.alloc(256 * megabyte, 0x20)), { "content-encoding": "gzip" }],
      [`${opening}${"[".repeat(2 * megabyte)}`, {}],
      [`${opening}${'{"a":'.repeat(500_000)}`, {}],
      [`${opening}[${"1,".repeat(2 * megabyte)}1]}`, {}],
      [`${opening}${"9".repeat(2 * megabyte)}}`, {}],
      [`${opening}1e${"9".repeat(megabyte)}}`, {}],
      [`${opening}{${Array.from({ length: 150_000 }, (_, n) => `"k${n}":1`).join(",")}}}`, {}],
      [`${opening}{${'"same":1,'.repeat(100_000)}"same":1}}`, {}],
    ];
    const statuses: number[] = [];
    const grown = await growth(async () => {
      for (const [body, headers] of bombs)
        statuses.push((await ask(gateway, Buffer.from(body as string), headers as never)).status);
    });
    expect(new Set(statuses.filter((status) => status !== 200))).toEqual(new Set([400, 413]));
    expect(grown).toBeLessThan(mostGrowth);
    expect((await ask(gateway)).status).toBe(200);
    // One number of two million digits is one value, and for the origin to refuse.
    expect(origin.callCount).toBeLessThanOrEqual(3);
  });
});

describe("X11: a bomb in an answer", () => {
  const bomb = gzipSync(Buffer.alloc(64 * megabyte, 0x20));
  test("breaks off and is not stored; nobody's memory is filled", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan({
      body: bomb,
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
    });
    const grown = await growth(async () => {
      const answer = await exchange(gateway.url + chatPath, { body: question() });
      expect(answer.status === 502 || !answer.whole).toBe(true);
      expect(answer.body.length).toBeLessThan(16 * megabyte);
    });
    expect(grown).toBeLessThan(mostGrowth);
    origin.plan({});
    expect(statusOf(await ask(gateway))).toBe("MISS");
  });

  test.each(["gzip, gzip", "gzip,br", "compress"])(
    "in encodings that nobody asked for (%s) is an error of the origin",
    async (encoding) => {
      const { origin, gateway } = await runBoth(inMemory);
      origin.plan({ body: bomb, headers: { "content-encoding": encoding } });
      const answer = await exchange(gateway.url + chatPath, { body: question() });
      expect([answer.status, codeOf(answer)]).toEqual([502, "origin_truncated"]);
    },
  );
});

describe("security.limits.answerBytes: an answer that does not end", () => {
  test.each([
    ["a stream", chatPath, { stream: true }],
    ["what passes through", "/v1/files", {}],
  ] as const)("%s is cut there, and without the bound it is not", async (_, path, fields) => {
    const { origin, gateway } = await runBoth(limited({ answerBytes: "64kb" }));
    origin.plan(path === chatPath ? { content: `${"x".repeat(2_000)} `.repeat(100) } : { body: "x".repeat(200_000) });
    const answer = await exchange(gateway.url + path, { body: question("long", fields) });
    expect(answer.body.length).toBeLessThan(80_000);
    expect(answer.whole && !answer.text.includes("origin_truncated")).toBe(false);
    gateway.reload(inMemory);
    expect((await exchange(gateway.url + path, { body: question("long", fields) })).body.length).toBeGreaterThan(
      190_000,
    );
  });
});
