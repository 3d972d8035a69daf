import { readFileSync } from "node:fs";
import { request } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { spawnGateway } from "./gateway-process.ts";
import { exchange } from "./http-exchange.ts";
import { runOrigin } from "./running-gateway.ts";

const megabyte = Buffer.alloc(1024 * 1024, "x");
const megabytes = 300;

/** The most memory the process ever held, in megabytes. */
function peakOf(pid: number | undefined): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

describe("routes: what passes through is streamed, not collected", () => {
  test("300 MB up and 300 MB down take a bounded part of that in memory", async () => {
    const origin = await runOrigin();
    const gateway = await spawnGateway(["--upstream", origin.url, "--store", "memory"]);
    await exchange(`${gateway.url}/v1/models`);
    const before = peakOf(gateway.child.pid);
    const { hostname, port } = new URL(gateway.url);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const upload = request({ hostname, port, path: "/v1/files", method: "POST", agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
    Readable.from(Array.from({ length: megabytes }, () => megabyte)).pipe(upload);
    expect(await promise).toBe(200);
    expect(origin.calls[1]?.bodyLength).toBe(megabytes * megabyte.length);

    origin.plan({ body: Buffer.alloc(megabytes * megabyte.length, "y") });
    const download = Promise.withResolvers<number>();
    request({ hostname, port, path: "/v1/files/1/content", agent: false }, (response) => {
      let size = 0;
      response.on("data", (chunk: Uint8Array) => (size += chunk.length));
      response.on("end", () => download.resolve(size)).on("error", download.reject);
    }).end();
    expect(await download.promise).toBe(megabytes * megabyte.length);
    expect(peakOf(gateway.child.pid) - before).toBeLessThan(megabytes / 2);
  });
});
