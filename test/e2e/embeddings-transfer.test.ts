import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { ManualClock, systemClock } from "../../src/core/clock.ts";
import { createCache } from "../../src/index.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import type { ScriptedOrigin } from "../../src/testing/index.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";

/** A corpus is embedded, the deployment is lost, a new one begins with the exported vectors: nothing is computed again. */

const model = "scripted-embed";
const corpus = Array.from({ length: 300 }, (_, index) => `Passage ${index} of the corpus, which is a secret of ours.`);
const apiKey = "sk-corpus";
const refresh = { "x-ai-cache": "refresh" };

interface Deployment {
  readonly url: string;
  kill(): Promise<void>;
}

async function deploy(origin: ScriptedOrigin, data: string): Promise<Deployment> {
  const gateway = await spawnGateway(["--upstream", origin.url, "--data", data, "--log-level", "silent"]);
  return {
    url: gateway.url,
    kill: async () => {
      gateway.child.kill("SIGKILL");
      await gateway.exit;
    },
  };
}

async function embed(url: string, input: string[], key = apiKey, headers: Record<string, string> = {}) {
  const openai = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
  const { data, response } = await openai.embeddings.create({ model, input }, { headers }).withResponse();
  return { vectors: data.data.map(({ embedding }) => embedding), usage: data.usage, headers: response.headers };
}

interface Wanted {
  readonly count: number;
  /** Asks for vectors anew: on a busy machine a store may miss its deadline, and then a gateway keeps nothing. */
  readonly again: () => Promise<unknown>;
  readonly environment?: Readonly<Record<string, string>>;
}

async function exported(args: readonly string[], { count, again, environment = {} }: Wanted) {
  for (let attempt = 1; ; attempt += 1) {
    const run = await runCommand(["embeddings", "export", ...args, "--json"], { environment });
    expect(run.stderr).toBe("");
    const { vectors = 0 } = JSON.parse(run.stdout);
    if (vectors === count) return;
    expect(attempt, `only ${vectors} vectors are there: ${run.stdout}`).toBeLessThan(10);
    await again();
  }
}

describe("embeddings export and import", () => {
  test("kill and redeploy: the gateway asks the origin for nothing, and gives the same vectors and usage", async () => {
    const origin = await runOrigin();
    const [before, after] = [join(temporaryFolder(), "before"), join(temporaryFolder(), "after")];
    const file = join(temporaryFolder(), "corpus.parquet");
    const first = await deploy(origin, before);
    const original = await embed(first.url, corpus);
    await exported([file, "--data", before], { count: 300, again: () => embed(first.url, corpus, apiKey, refresh) });
    await first.kill();
    const calls = origin.callCount;

    const environment = { CORPUS_KEY: apiKey };
    const args = ["embeddings", "import", file, "--data", after, "--credential-env", "CORPUS_KEY", "--model", model];
    const imported = await runCommand([...args, "--json"], { environment });
    expect([imported.code, imported.stderr]).toEqual([0, ""]);
    expect(JSON.parse(imported.stdout)).toMatchObject({ ok: true, vectors: 300, imported: 300, kept: 0, expired: 0 });
    const again = await runCommand(args, { environment });
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("0 of 300 vectors imported, 300 were there already");

    const second = await deploy(origin, after);
    const redone = await embed(second.url, corpus);
    expect(redone.vectors).toEqual(original.vectors);
    expect(redone.usage).toEqual(original.usage);
    expect(redone.headers.get("x-ai-cache-embeddings")).toBe("total=300, cached=300, asked=0");
    expect(origin.callCount).toBe(calls);
    // They belong to those who send this key, and to nobody else.
    expect((await embed(second.url, corpus.slice(0, 3), "sk-other")).headers.get("x-ai-cache-status")).toBe("MISS");
  });

  test("the file has no text of the corpus and no key, and belongs to its owner alone", async () => {
    const origin = await runOrigin();
    const data = join(temporaryFolder(), "data");
    const folder = temporaryFolder();
    const gateway = await deploy(origin, data);
    await embed(gateway.url, corpus.slice(0, 20));
    const again = () => embed(gateway.url, corpus.slice(0, 20), apiKey, refresh);
    await exported([join(folder, "x.parquet"), "--data", data], { count: 20, again });
    const bytes = readFileSync(join(folder, "x.parquet"));
    for (const secret of ["Passage", "secret of ours", apiKey]) expect(bytes.includes(secret)).toBe(false);
    expect(statSync(join(folder, "x.parquet")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["x.parquet"]);
  });

  test("the same for cache.embeddings, beside a gateway's vectors in one store", async () => {
    const [before, after] = [join(temporaryFolder(), "before"), join(temporaryFolder(), "after")];
    const file = join(temporaryFolder(), "library.parquet");
    let computed = 0;
    const run = async (directory: string) => {
      // A clock that stands still ends no wait for the store.
      const clock = new ManualClock(systemClock.now() - 1_000);
      const cache = await createCache({ store: sqlite(directory), clock });
      const embedding = cache.embeddings(
        (texts) => {
          computed += texts.length;
          return texts.map((text) => [text.length, Math.sqrt(text.length), -0, 1e-45]);
        },
        { model: "local", tags: ["corpus"], parameters: { task: "document" } },
      );
      const vectors = await embedding(corpus);
      await cache.close();
      return vectors;
    };
    const original = await run(before);
    const gateway = await deploy(await runOrigin(), before);
    await embed(gateway.url, corpus.slice(0, 5));
    const again = () => embed(gateway.url, corpus.slice(0, 5), apiKey, refresh);
    await exported([file, "--data", before, "--all"], { count: 305, again });
    await gateway.kill();

    // Of two tenants, and nobody said whose are meant.
    const several = await runCommand(["embeddings", "export", file, "--data", before]);
    expect(several).toMatchObject({ code: 2, stdout: "" });
    expect(several.stderr).toMatch(/^reprise: The store has vectors of several tenants, .*library.*--all\.\n$/);
    // Under another secret the id of the gateway's tenant means nothing.
    const foreign = await runCommand(["embeddings", "import", file, "--data", after]);
    expect(foreign).toMatchObject({ code: 1, stdout: "" });
    expect(foreign.stderr).toMatch(/--credential-env names the variable/);
    const mixed = await runCommand(["embeddings", "import", file, "--data", after, "--tenant", "library"]);
    expect(mixed.stderr).toMatch(/vectors of 2 tenants, which are not put together/);

    expect((await runCommand(["embeddings", "export", file, "--data", before, "--tenant", "library"])).code).toBe(0);
    const imported = await runCommand(["embeddings", "import", file, "--data", after]);
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    computed = 0;
    expect(await run(after)).toEqual(original);
    expect(computed).toBe(0);
  });

  test("a store with the same secret gets all tenants back without being told whose they are", async () => {
    const origin = await runOrigin();
    const [before, after] = [temporaryFolder(), temporaryFolder()];
    const file = join(temporaryFolder(), "all.parquet");
    const environment = { REPRISE_MASTER_KEY: Buffer.alloc(32, "one secret").toString("base64") };
    const upstream = ["--upstream", origin.url, "--log-level", "silent"];
    const first = await spawnGateway([...upstream, "--data", before], { environment });
    const keys = [apiKey, "sk-other"];
    const again = () => Promise.all(keys.map((key) => embed(first.url, corpus.slice(0, 10), key, refresh)));
    await again();
    await exported([file, "--data", before, "--all"], { count: 20, again, environment });
    const imported = await runCommand(["embeddings", "import", file, "--data", after], { environment });
    expect(imported).toMatchObject({ code: 0, stderr: "" });
    const calls = origin.callCount;
    const second = await spawnGateway([...upstream, "--data", after], { environment });
    for (const key of keys) await embed(second.url, corpus.slice(0, 10), key);
    expect(origin.callCount).toBe(calls);
  });

  test("a file that is none, half of one, or of another model is refused, and nothing is written", async () => {
    const folder = temporaryFolder();
    const data = join(folder, "data");
    const cache = await createCache({ store: sqlite(join(folder, "source")), clock: new ManualClock() });
    await cache.embeddings((texts) => texts.map(() => [1, 2, 3]), { model: "local" })(corpus);
    await cache.close();
    const file = join(folder, "good.parquet");
    expect((await runCommand(["embeddings", "export", file, "--data", join(folder, "source")])).code).toBe(0);
    const good = readFileSync(file);
    const write = (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const damaged = Buffer.from(good);
    const at = good.indexOf(Buffer.from(new Float32Array([1, 2, 3]).buffer));
    damaged[at] = (damaged[at] as number) ^ 1;
    mkdirSync(join(folder, "folder"));
    const cases: readonly (readonly [string, readonly string[], RegExp, number])[] = [
      [join(folder, "absent"), [], /absent does not exist\. Correct the name/, 1],
      [join(folder, "folder"), [], /folder cannot be read: EISDIR/, 1],
      [write("empty", ""), [], /is no Parquet file, or only a part/, 1],
      [write("text", "texts,vectors\n".repeat(100)), [], /is no Parquet file, or only a part/, 1],
      [write("cut", good.subarray(0, good.length - 500)), [], /is no Parquet file, or only a part/, 1],
      [write("damaged", damaged), [], /row 1: vector is damaged/, 1],
      [file, ["--model", "other"], /row 1: the model is local and not other/, 1],
      [file, ["--dimensions", "4"], /row 1: the vector has 3 dimensions and not 4/, 1],
      [file, ["--dimensions", "some"], /--dimensions must be a whole number above 0/, 2],
      [file, ["--credential-env", "NOT_SET"], /environment variable NOT_SET is not set/, 2],
      [file, ["--credential-header", "x-api-key"], /--credential-header needs --credential-env/, 2],
      [file, ["--tenant", ""], /--tenant must not be empty/, 2],
      [file, ["--store", "memory"], /store in memory belongs to the process/, 1],
    ];
    for (const [name, flags, message, code] of cases) {
      const run = await runCommand(["embeddings", "import", name, "--data", data, ...flags]);
      expect([name, run.code, run.stdout]).toEqual([name, code, ""]);
      expect(run.stderr).toMatch(message);
      expect(run.stderr.trimEnd().split("\n")).toHaveLength(1);
    }
    expect(existsSync(data)).toBe(false);
    const json = await runCommand(["embeddings", "import", join(folder, "damaged"), "--data", data, "--json"]);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: "vector_file" } });
  });

  test("an export that comes to nothing says so and leaves no file, and an earlier one as it was", async () => {
    const folder = temporaryFolder();
    const cache = await createCache({ store: sqlite(join(folder, "data")), clock: new ManualClock() });
    await cache.embeddings((texts) => texts.map(() => [1]), { model: "local" })(["a"]);
    await cache.close();
    const file = write(folder, "earlier");
    for (const [flags, message, code] of [
      [["--data", join(folder, "none")], /There is no store in/, 1],
      [["--data", join(folder, "data"), "--model", "other"], /no such vectors in the store, and no file/, 1],
      [["--data", join(folder, "data"), "--tenant", "nobody"], /no such vectors/, 1],
      [["--data", join(folder, "data"), "--all", "--tenant", "library"], /--all is for every tenant/, 2],
    ] as const) {
      const run = await runCommand(["embeddings", "export", file, ...flags]);
      expect([run.code, run.stdout]).toEqual([code, ""]);
      expect(run.stderr).toMatch(message);
    }
    expect(readFileSync(file, "utf8")).toBe("earlier");
    expect(readdirSync(folder).sort()).toEqual(["data", "file"]);
    const nowhere = await runCommand(["embeddings", "export", join(folder, "no", "x"), "--data", join(folder, "data")]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toMatch(/cannot be written: ENOENT/);
  });

  test("--help tells the flags of both", async () => {
    for (const action of ["export", "import"]) {
      const { code, stdout } = await runCommand(["embeddings", action, "--help"]);
      expect(code).toBe(0);
      for (const flag of ["--data", "--store", "--config", "--tenant", "--credential-env", "--model", "--json"])
        expect(stdout).toContain(flag);
    }
    expect((await runCommand(["embeddings", "import"])).code).toBe(2);
    expect((await runCommand(["embeddings", "export", "x", "--nonsense"])).code).toBe(2);
  });
});

function write(folder: string, content: string): string {
  const file = join(folder, "file");
  writeFileSync(file, content);
  return file;
}
