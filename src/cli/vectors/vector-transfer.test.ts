import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { parquetWriteFile } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CacheOptions, createCache } from "../../cache.ts";
import { ManualClock, systemClock } from "../../core/clock.ts";
import { type GatewayConfig, readConfig } from "../../gateway/config.ts";
import { sqlite } from "../../stores/sqlite.ts";
import { exportVectors } from "./export-vectors.ts";
import { checkVectors, importVectors } from "./import-vectors.ts";
import { openStore } from "./opened-store.ts";
import { VectorFileWriter } from "./vector-file-writer.ts";
import { columns, type VectorRow } from "./vector-row.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reprise-vectors-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const silent = () => {};

function config(directory: string, maxBytes = "64mb"): GatewayConfig {
  const flags = { "data.directory": directory, "store.maxBytes": maxBytes };
  const reading = readConfig({ environment: {}, flags });
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.config;
}

/**
 * The cache of a program on the store in this folder; what its function computed is counted. Its clock stands still, so
 * that no deadline ends the wait for the store.
 */
async function program(directory: string, options: CacheOptions = {}) {
  const clock = new ManualClock(systemClock.now() - 1_000);
  const cache = await createCache({ store: sqlite({ directory, maxBytes: 64 * 1024 * 1024 }), clock, ...options });
  const computed: string[] = [];
  const vectors = (texts: readonly string[]) => {
    computed.push(...texts);
    return texts.map((text) => [text.length, -0, 1e-45, Math.PI]);
  };
  return { cache, computed, vectors };
}

async function exportAll(
  directory: string,
  file: string,
  wish: { readonly model?: string; readonly all?: boolean } = {},
) {
  const opened = await openStore(config(directory), { make: false });
  try {
    const { model, all = false } = wish;
    return await exportVectors(opened, { file, tenant: undefined, all, model }, silent);
  } finally {
    await opened.close();
  }
}

async function importAll(file: string, directory: string, tenant?: string, maxBytes?: string) {
  const checked = await checkVectors({ file, model: undefined, dimensions: undefined }, silent);
  const opened = await openStore(config(directory, maxBytes), { make: true });
  try {
    return await importVectors(opened, checked, tenant, silent);
  } finally {
    await opened.close();
  }
}

const row: VectorRow = {
  inputDigest: "ab".repeat(32),
  tenant: "library",
  scope: {
    whom: "shared",
    namespace: "",
    origin: "",
    family: "function",
    query: "",
    version: "",
    model: "m",
    parameters: "{}",
    headers: [],
  },
  vector: new Uint8Array(new Float32Array([1, 2]).buffer),
  tokens: undefined,
  answeredBy: "m",
  protocol: "value",
  tags: [],
  createdAt: Math.floor(systemClock.now()) - 1_000,
  expiresAt: undefined,
};

async function fileOf(rows: readonly VectorRow[], secret = "s"): Promise<string> {
  const writer = new VectorFileWriter(at("rows.parquet"), secret);
  for (const one of rows) writer.add(one);
  await writer.finish();
  return at("rows.parquet");
}

describe("vectors in a file", () => {
  it("come back exact to the bit, with all that they belong to", async () => {
    const { cache, computed, vectors } = await program(at("one"));
    const options = { model: "m", parameters: { task: "q" }, namespace: "n", version: "v", tags: ["t"], ttl: "2d" };
    const embed = cache.embeddings(vectors, options);
    const original = await embed(["a", "bb"]);
    await cache.close();
    expect(await exportAll(at("one"), at("x"))).toEqual({ vectors: 2, tenants: ["library"], models: { m: 2 } });
    expect(await importAll(at("x"), at("two"))).toMatchObject({ vectors: 2, imported: 2, kept: 0, expired: 0 });
    const next = await program(at("two"));
    expect(await next.cache.embeddings(next.vectors, options)(["a", "bb"])).toEqual(original);
    await next.cache.embeddings(next.vectors, { ...options, version: "w" })(["a"]);
    await next.cache.invalidate({ tags: ["t"] });
    await next.cache.embeddings(next.vectors, options)(["a"]);
    await next.cache.close();
    // A change of the version, and the purge of a tag.
    expect([computed, next.computed]).toEqual([
      ["a", "bb"],
      ["a", "a"],
    ]);
  });

  it("are those of one tenant for another, when it is said so", async () => {
    const { cache, vectors } = await program(at("one"));
    await cache.embeddings(vectors, { model: "m" })(["a"]);
    await cache.close();
    await exportAll(at("one"), at("x"));
    expect((await importAll(at("x"), at("two"), "team")).tenants).toEqual(["team"]);
    for (const [tenant, count] of [
      ["team", 0],
      ["library", 1],
    ] as const) {
      const next = await program(at("two"), { tenant });
      await next.cache.embeddings(next.vectors, { model: "m" })(["a"]);
      await next.cache.close();
      expect(next.computed).toHaveLength(count);
    }
  });

  it("are no more than what would be served: nothing invalidated, nothing that has ended, only the model asked for", async () => {
    const { cache, vectors } = await program(at("one"));
    await cache.embeddings(vectors, { model: "m", tags: ["purged"] })(["a", "b"]);
    await cache.embeddings(vectors, { model: "m" })(["c"]);
    await cache.embeddings(vectors, { model: "other" })(["d", "e"]);
    await cache.embeddings(vectors, { model: "m", version: "short", ttl: "1ms" })(["f"]);
    await cache.wrap({ key: "no vector" }, () => 1);
    await cache.invalidate({ tags: ["purged"] });
    await cache.close();
    expect((await exportAll(at("one"), at("x"))).models).toEqual({ m: 1, other: 2 });
    expect((await exportAll(at("one"), at("x"), { model: "other" })).models).toEqual({ other: 2 });
  });

  it("keep the time of their making and of their end", async () => {
    const now = Math.floor(systemClock.now());
    const dying = { ...row, inputDigest: "01".repeat(32), createdAt: now - 5_000, expiresAt: now + 3_600_000 };
    const ended = { ...row, inputDigest: "02".repeat(32), expiresAt: now - 1 };
    expect(await importAll(await fileOf([row, dying, ended]), at("two"))).toMatchObject({ imported: 2, expired: 1 });
    await exportAll(at("two"), at("y"));
    const found = await parquetReadObjects({ file: await asyncBufferFromFile(at("y")) });
    const times = found.map((cells) => [cells["created_at"].getTime(), cells["expires_at"]?.getTime()]);
    expect(times).toContainEqual([dying.createdAt, dying.expiresAt]);
    expect(times.map(([createdAt]) => createdAt).sort()).toEqual([dying.createdAt, row.createdAt].sort());
  });

  it("stay as they are in a store that has them already", async () => {
    const { cache, computed, vectors } = await program(at("two"));
    const mine = await cache.embeddings(vectors, { model: "m" })(["a"]);
    await cache.close();
    await exportAll(at("two"), at("x"));
    const [cells] = await parquetReadObjects({ file: await asyncBufferFromFile(at("x")) });
    const foreign = { ...row, inputDigest: cells?.["input_sha256"], createdAt: 1 };
    expect(await importAll(await fileOf([foreign]), at("two"))).toMatchObject({ imported: 0, kept: 1 });
    const next = await program(at("two"));
    expect(await next.cache.embeddings(next.vectors, { model: "m" })(["a"])).toEqual(mine);
    await next.cache.close();
    expect(computed).toEqual(["a"]);
  });

  it("are refused when the store has no room for them, before any is written", async () => {
    const large = { ...row, vector: new Uint8Array(new Float32Array(100_000).fill(1).buffer) };
    const rows = Array.from({ length: 12 }, (_, index) => ({
      ...large,
      inputDigest: index.toString(16).padStart(64, "0"),
    }));
    const importing = importAll(await fileOf(rows), at("two"), undefined, "4mb");
    await expect(importing).rejects.toThrow(/need more than 4806000 bytes, and the store has room for/);
    await expect(exportAll(at("two"), at("y"))).resolves.toMatchObject({ vectors: 0 });
  });

  it("leave no file behind when the writing of it fails", async () => {
    const { cache, vectors } = await program(at("one"));
    await cache.embeddings(vectors, { model: "m" })(["a"]);
    await cache.close();
    const other = await program(at("one"), { tenant: "second" });
    await other.cache.embeddings(other.vectors, { model: "m" })(["a"]);
    await other.cache.close();
    await expect(exportAll(at("one"), at("x"))).rejects.toThrow(/several tenants/);
    expect(readdirSync(folder)).toEqual(["one"]);
    expect((await exportAll(at("one"), at("x"), { all: true })).tenants).toEqual(["library", "second"]);
  });
});

describe("a file that is not as it must be", () => {
  const bytesOf = (...numbers: number[]) => new Uint8Array(new Float32Array(numbers).buffer);

  it.each<[string, Partial<VectorRow>, RegExp]>([
    ["not a number", { vector: bytesOf(1, Number.NaN) }, /row 1001: vector has a number that is not finite/],
    ["infinite", { vector: bytesOf(Number.POSITIVE_INFINITY, 1) }, /row 1001: vector has a number that is not finite/],
    ["an empty vector", { vector: new Uint8Array(0) }, /row 1001: vector has 0 bytes and not four for each of 0/],
    ["a digest that is none", { inputDigest: "xyz" }, /row 1001: input_sha256 is not 64 hexadecimal digits/],
    ["no tenant", { tenant: "" }, /row 1001: tenant is empty/],
    ["no model", { scope: { ...row.scope, model: "" } }, /row 1001: model is empty/],
    ["nobody", { scope: { ...row.scope, whom: "all" } }, /row 1001: whom is neither/],
    ["negative tokens", { tokens: -1 }, /row 1001: tokens is no whole number/],
    ["a time before time", { createdAt: -5 }, /row 1001: created_at is no time/],
    [
      "headers that are no list",
      { scope: { ...row.scope, headers: {} as never } },
      /row 1001: headers is no JSON list/,
    ],
    ["tags that are no texts", { tags: [1] as never }, /row 1001: tags is no JSON list/],
  ])("is refused for %s, and the row is named", async (_, wrong, message) => {
    const rows = Array.from({ length: 1_000 }, (_, index) => ({
      ...row,
      inputDigest: index.toString(16).padStart(64, "0"),
    }));
    const file = await fileOf([...rows, { ...row, ...wrong }]);
    await expect(importAll(file, at("two"))).rejects.toThrow(message);
    expect(existsSync(at("two"))).toBe(false);
  });

  const foreign = (kvMetadata: { key: string; value: string }[], without?: string) =>
    parquetWriteFile({
      filename: at("foreign.parquet"),
      kvMetadata,
      columnData: columns
        .filter(({ name }) => name !== without)
        .map(({ name }) => ({ name, data: ["x"], type: "STRING" as const })),
    });

  it.each<[string, { key: string; value: string }[], string | undefined, RegExp]>([
    ["a table of something else", [], undefined, /is a Parquet file, but none of vectors/],
    ["a later format", [{ key: "reprise.embeddings.format", value: "2" }], undefined, /has format 2, and this version/],
    ["a column less", [{ key: "reprise.embeddings.format", value: "1" }], "vector", /lacks the column vector/],
    ["columns of other types", [{ key: "reprise.embeddings.format", value: "1" }], undefined, /row 1: input_sha256/],
  ])("is refused for being %s", async (_, notes, without, message) => {
    foreign(notes, without);
    await expect(importAll(at("foreign.parquet"), at("two"))).rejects.toThrow(message);
  });

  it("is refused for the vectors of a tenant that is known by another id here", async () => {
    const tenant = "D_AjgboQnqjg3W0H0N6AzCF7atdKDxmve4yxIi0iS0o";
    const file = await fileOf([{ ...row, tenant }]);
    await expect(importAll(file, at("two"))).rejects.toThrow(/tenant D_AjgboQ.*whose secret is another/);
    expect(await importAll(file, at("two"), "team")).toMatchObject({ imported: 1, tenants: ["team"] });
    await fileOf([row, { ...row, tenant }]);
    await expect(importAll(file, at("two"), "team")).rejects.toThrow(/vectors of 2 tenants/);
  });
});
