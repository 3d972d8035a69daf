import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hubCommit, hubModel, type Listing, type ModelHub, startModelHub } from "../../test/services/model-hub.ts";
import { makeTinyModel, tinyDimensions } from "../../test/services/onnx-folder.ts";
import { ManualClock } from "../core/clock.ts";
import { type TransformersEmbedderOptions, transformers } from "./transformers.ts";

const minute = 60_000;

describe("an embedder whose model is on a hub", () => {
  let source: string;
  let directory: string;
  let hub: ModelHub;
  let clock: ManualClock;
  let lines: string[];
  const made: { close?(): unknown }[] = [];

  beforeEach(async () => {
    source = makeTinyModel();
    directory = join(mkdtempSync(join(tmpdir(), "reprise-hub-")), "models");
    hub = await startModelHub(source);
    clock = new ManualClock();
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map((embedder) => embedder.close?.()));
    await hub.close();
    for (const folder of [source, join(directory, "..")]) rmSync(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  const embedderOf = (options: Partial<TransformersEmbedderOptions> = {}) => {
    const onProgress = (line: string) => void lines.push(line);
    const embedder = transformers({ model: hubModel, directory, hub: hub.url, clock, onProgress, ...options });
    made.push(embedder);
    return embedder;
  };
  const failing = async (options: Partial<TransformersEmbedderOptions> = {}) =>
    Promise.resolve(embedderOf(options).embed(["router"])).then(
      () => expect.unreachable(),
      (error: unknown) => error as { readonly code: string; readonly message: string; readonly remedy: string },
    );
  const unfinished = () => {
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  };

  test("is downloaded once, through a redirect, and computes as the folder does", async () => {
    const embedder = embedderOf();
    const [one, two] = await Promise.all([embedder.embed(["router"]), embedder.embed(["password"])]);
    expect([one[0]?.length, two[0]?.length]).toEqual([tinyDimensions, tinyDimensions]);
    const own = transformers({ model: source });
    made.push(own);
    expect(one).toEqual(await own.embed(["router"]));
    expect(hub.requests).toEqual([
      `/api/models/${hubModel}/revision/main?blobs=true`,
      ...["tokenizer.json", "tokenizer_config.json", "sentence_bert_config.json", "onnx/model.onnx"].map(
        (name) => `/${hubModel}/resolve/${hubCommit}/${name}`,
      ),
    ]);
    expect(unfinished()).toEqual(["tiny-makers--tiny-model@main"]);
  });

  test("tells its size, its checksum, how far it is and where it went", async () => {
    await embedderOf().embed(["router"]);
    expect(lines[0]).toMatch(
      new RegExp(
        `^downloading ${hubModel} at ${hubCommit} from http://.*: 0\\.0 MB, sha256 of the weights [0-9a-f]{64}$`,
      ),
    );
    expect(lines.at(-2)).toMatch(/: 100 % of /);
    expect(lines.at(-1)).toContain(`${hubModel} is in ${directory}`);
  });

  test("a restart needs no network", async () => {
    const first = embedderOf();
    const [before] = await first.embed(["router"]);
    await hub.close();
    const again = embedderOf({ fetch: () => expect.unreachable() });
    expect(again.name).toBe(first.name);
    expect(again.name).toMatch(/^tiny-makers--tiny-model@main-[0-9a-f]{16}$/);
    expect(await again.check?.()).toEqual([]);
    expect(await again.embed(["router"])).toEqual([before]);
  });

  test("another revision, and weights in eight bits, are models of their own", async () => {
    await embedderOf({ revision: "v1" }).embed(["router"]);
    expect((await failing({ quantized: true })).message).toContain("none of onnx/model_quantized.onnx");
    hub.listInstead = ({ sha, siblings }: Listing) => ({
      sha,
      siblings: siblings.map((each) => ({
        ...each,
        rfilename: each.rfilename.replace("model.onnx", "model_quantized.onnx"),
      })),
    });
    expect((await failing({ quantized: true })).message).toContain("404");
    expect(hub.requests.at(-1)).toContain("/onnx/model_quantized.onnx");
    expect(unfinished()).toEqual(["tiny-makers--tiny-model@v1"]);
  });

  test("a token goes to the hub alone", async () => {
    await embedderOf({ token: "secret" }).embed(["router"]);
    expect(hub.authorizations).toEqual({ hub: "Bearer secret", storage: undefined });
  });

  test("HF_ENDPOINT names the hub", async () => {
    vi.stubEnv("HF_ENDPOINT", `${hub.url}/`);
    const embedder = transformers({ model: hubModel, directory, clock });
    made.push(embedder);
    expect(await embedder.embed(["router"])).toHaveLength(1);
  });

  test.each<[string, (hub: ModelHub) => void, RegExp]>([
    ["is cut", cut, /terminated|other side closed|aborted/],
    ["is short", (at) => sendModel(at, (content) => content.subarray(1)), /has \d+ bytes, not the \d+/],
    ["is long", (at) => sendModel(at, (content) => Buffer.concat([content, content])), /more than the \d+ bytes/],
    [
      "is another",
      (at) => sendModel(at, (content) => Buffer.concat([content.subarray(9), content.subarray(0, 9)])),
      /another checksum/,
    ],
  ])("a file that %s is not kept, and is fetched anew a minute later", async (_what, damage, message) => {
    damage(hub);
    const embedder = embedderOf();
    const failure = { code: "embedder_unavailable", message: expect.stringMatching(message) };
    await expect(embedder.embed(["router"])).rejects.toMatchObject(failure);
    expect(unfinished()).toEqual([]);
    const asked = hub.requests.length;
    await expect(embedder.embed(["router"])).rejects.toMatchObject(failure);
    expect(hub.requests).toHaveLength(asked);
    hub.sendInstead = () => false;
    clock.advance(minute);
    expect(await embedder.embed(["router"])).toHaveLength(1);
  });

  test("a small file that is another than listed is not kept", async () => {
    hub.listInstead = ({ sha, siblings }: Listing) => ({
      sha,
      siblings: siblings.map((each) => (each.lfs === undefined ? { ...each, blobId: "0".repeat(40) } : each)),
    });
    expect((await failing()).message).toMatch(/tokenizer\.json has another checksum/);
  });

  test("a hub that falls silent is given up", async () => {
    const silent = new Promise<void>((resolve) => {
      hub.sendInstead = (path, response, content) => {
        if (!path.endsWith(".onnx")) return false;
        response.writeHead(200, { "content-length": content.byteLength });
        response.write(content.subarray(0, 10), () => resolve());
        return true;
      };
    });
    const embedding = failing();
    await silent;
    await vi.waitFor(() => {
      clock.advance(minute);
      expect(unfinished()).toEqual([]);
    });
    expect((await embedding).message).toContain("silent for too long");
  });

  test.each<[string, Partial<TransformersEmbedderOptions>, RegExp]>([
    ["a model that is not there", { model: "nobody/nothing" }, /nobody\/nothing at main.*no such model.*404/],
    ["a model that needs a token", { model: "secret/model" }, /needs a token.*401/],
    ["a revision that is not there", { revision: "v9" }, /at v9.*no such model, revision/],
    ["an address that no client uses", { hub: "http://127.0.0.1:1" }, /from http:\/\/127\.0\.0\.1:1: .*bad port/],
  ])("%s is told of by its use and by its check", async (_what, options, message) => {
    const error = await failing(options);
    expect(error).toMatchObject({ code: "embedder_unavailable", message: expect.stringMatching(message) });
    const found = await embedderOf(options).check?.();
    expect(found).toMatchObject([
      { problem: expect.stringMatching(message), remedy: expect.stringMatching(/hub.*folder.*\.$/) },
    ]);
  });

  test("without network it is told of, and fetched when there is one again", async () => {
    const { url } = hub;
    await hub.close();
    const embedder = embedderOf({ hub: url });
    const message = expect.stringMatching(/ECONNREFUSED/);
    await expect(embedder.embed(["router"])).rejects.toMatchObject({ code: "embedder_unavailable", message });
    expect(await embedder.check?.()).toMatchObject([{ problem: message }]);
    hub = await startModelHub(source, Number(new URL(url).port));
    clock.advance(minute);
    expect(await embedder.embed(["router"])).toHaveLength(1);
  });

  test.each<[string, (listing: Listing) => unknown, RegExp]>([
    ["no listing", () => ({ error: "none" }), /not that of a hub/],
    ["no model", ({ sha }) => ({ sha, siblings: [{ rfilename: "tokenizer.json" }] }), /none of onnx\/model\.onnx/],
    ["no tokenizer", ({ sha }) => ({ sha, siblings: [{ rfilename: "model.onnx" }] }), /no tokenizer\.json/],
    [
      "no checksums",
      ({ sha, siblings }) => ({ sha, siblings: siblings.map(({ rfilename }) => ({ rfilename })) }),
      /no size and checksum of tokenizer\.json/,
    ],
  ])("a listing with %s is refused", async (_what, change, message) => {
    hub.listInstead = change as (listing: Listing) => unknown;
    expect((await failing()).message).toMatch(message);
    expect(unfinished()).toEqual([]);
  });

  test("a check looks and leaves nothing behind", async () => {
    expect(await embedderOf().check?.()).toEqual([]);
    expect([hub.requests.length, unfinished()]).toEqual([1, []]);
  });

  test("what is damaged on disk is downloaded anew", async () => {
    await embedderOf().embed(["router"]);
    const model = join(directory, "tiny-makers--tiny-model@main", "onnx", "model.onnx");
    const whole = readFileSync(model);
    writeFileSync(model, whole.subarray(0, 100));
    const again = embedderOf();
    expect(await again.embed(["router"])).toHaveLength(1);
    expect(readFileSync(model).equals(whole)).toBe(true);
  });

  test("a folder of that name goes before the hub", async () => {
    // Unit tests run in the root of the project.
    const error = await failing({ model: "src/embedders" });
    expect(error.message).toContain("src/embedders: it holds neither");
    expect(hub.requests).toEqual([]);
  });

  test.each<[Partial<TransformersEmbedderOptions>, string]>([
    [{ revision: "../main" }, "revision"],
    [{ hub: "ftp://host" }, "hub"],
    [{ hub: "https://user:secret@host" }, "hub"],
  ])("%j is refused", (options, path) => {
    expect(() => embedderOf(options)).toThrow(expect.objectContaining({ code: "invalid_option", path }));
  });
});

function sendModel(hub: ModelHub, change: (content: Buffer) => Buffer): void {
  hub.sendInstead = (path, response, content) => {
    if (!path.endsWith(".onnx")) return false;
    response.end(change(content));
    return true;
  };
}

function cut(hub: ModelHub): void {
  hub.sendInstead = (path, response, content) => {
    if (!path.endsWith(".onnx")) return false;
    response.writeHead(200, { "content-length": content.byteLength });
    response.write(content.subarray(0, 50), () => response.destroy());
    return true;
  };
}
