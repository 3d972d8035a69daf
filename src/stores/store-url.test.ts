import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { InvalidOptionError } from "../core/errors.ts";
import { embeddedFolder, isMemoryUrl, shownStoreUrl, storeFromUrl, storeUrlMistake } from "./store-url.ts";

function surroundings() {
  const directory = mkdtempSync(join(tmpdir(), "reprise-store-url-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, maxBytes: 64 * 1024 * 1024 };
}

describe("the URL of a store", () => {
  it.each([
    ["sqlite", "sqlite"],
    ["redis://127.0.0.1:1", "redis"],
    ["rediss://127.0.0.1:1", "redis"],
    ["redis+cluster://127.0.0.1:1,127.0.0.1:2", "redis"],
    ["redis+sentinel://127.0.0.1:1/primary", "redis"],
    ["memcached://127.0.0.1:1,127.0.0.1:2", "memcached"],
    ["postgres://me@127.0.0.1:1/cache", "postgres"],
    ["postgresql://me@127.0.0.1:1/cache?schema=llm", "postgres"],
  ])("%s opens %s, whether somebody is there or not", async (url, name) => {
    expect(storeUrlMistake(url)).toBeUndefined();
    const store = await storeFromUrl(url, surroundings());
    expect(store?.name).toBe(name);
    await store?.close();
  });

  it("sqlite takes a folder of its own", async () => {
    const { directory, maxBytes } = surroundings();
    const store = await storeFromUrl(`sqlite:${directory}`, { directory: "/nowhere", maxBytes });
    await store?.set("t", "k", Buffer.from("v"), { deleteAt: Number.POSITIVE_INFINITY });
    await store?.close();
    const again = await storeFromUrl(`sqlite:${directory}`, { directory: "/nowhere", maxBytes });
    expect(await again?.get("t", ["k"])).toEqual([Buffer.from("v")].map((bytes) => new Uint8Array(bytes)));
    await again?.close();
  });

  it.each([
    ["sqlite", "/data", false],
    ["sqlite:/elsewhere", "/elsewhere", false],
    ["memory", undefined, true],
    ["memory:", undefined, true],
    ["redis://127.0.0.1:1", undefined, false],
    ["sqlite3", undefined, false],
  ])("%s keeps what it has in %s", (url, folder, isMemory) => {
    expect(embeddedFolder(url, "/data")).toBe(folder);
    expect(isMemoryUrl(url)).toBe(isMemory);
  });

  it.each(["memory", "memory:"])("%s needs no store", async (url) => {
    expect(storeUrlMistake(url)).toBeUndefined();
    expect(await storeFromUrl(url, surroundings())).toBeUndefined();
  });

  it.each([
    "",
    "mysql://host/db",
    "redis",
    "postgres",
    "memcached",
    "memory:x",
    "sqlite:",
    "REDIS://host",
    "__proto__:x",
  ])("'%s' is none, and what is known is named", async (url) => {
    expect(storeUrlMistake(url)?.rule).toMatch(/^must be `sqlite`.*`redis:\/\/`.*`postgres:\/\/`$/);
    await expect(storeFromUrl(url, surroundings())).rejects.toThrow(InvalidOptionError);
  });

  it.each([
    ["redis://me@host", "credentials without a colon"],
    ["memcached://", "no Memcached server"],
    ["postgres:///db", "no host"],
    ["redis://me:s3cret@host:99999", "no valid host and port"],
  ])("%s is wrong before anybody is asked", (url, rule) => {
    const mistake = storeUrlMistake(url);
    expect(mistake?.rule).toContain(rule);
    expect(mistake?.remedy).toMatch(/^[A-Z].*\.$/);
    expect(JSON.stringify(mistake)).not.toContain("s3cret");
  });

  it.each([
    ["redis://me:s3cret@host:1/2", "redis://***@host:1/2"],
    ["redis://:s3c@ret@host", "redis://***@host"],
    [
      "redis+sentinel://a:s3cret@h/m?sentinelPassword=s3cret&db=1",
      "redis+sentinel://***@h/m?sentinelPassword=***&db=1",
    ],
    ["memcached://me:s3cret@a,b", "memcached://***@a,b"],
    ["postgres:me:s3cret@host/db", "postgres:***@host/db"],
    ["postgres://host/db?user=me&password=s3cret", "postgres://host/db?user=me&password=***"],
    ["sqlite:/data/a@b", "sqlite:/data/a@b"],
    ["memcached://host:1", "memcached://host:1"],
  ])("%s is shown as %s", (url, shown) => {
    expect(shownStoreUrl(url)).toBe(shown);
  });
});
