import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand, spawnGateway } from "./gateway-process.ts";
import type { Exchanged } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { runOrigin, temporaryFolder } from "./running-gateway.ts";
import { openDoors, patient, runWorkers, stop } from "./running-workers.ts";

const asked = question("How do I reset my password?", { model: "gpt-4o-mini" });
const mistyped = question("how can i reset my pasword", { model: "gpt-4o-mini" });
const opposite = question("How do I not reset my password?", { model: "gpt-4o-mini" });
/** Leaves what is stored as it is, so that it can be asked again. */
const onlyRead = { "x-ai-cache": "read" };

function layerOf({ headers }: Exchanged): unknown {
  return headers["x-ai-cache-layer"];
}

/** Settings for a machine that is busy with other tests. */
const busy = { store: { ...patient, lookupBudget: "20s" } };

function configured(folder: string, origin: { readonly url: string }): readonly string[] {
  const file = join(folder, "reprise.json");
  writeFileSync(file, JSON.stringify({ upstreams: { main: { url: origin.url } }, ...busy }));
  return ["--config", file, "--data", folder];
}

describe("surface: reprise serve --semantic", () => {
  test("serve: a like question is a hit, another one is not, and a restart keeps what they are found by", async () => {
    const origin = await runOrigin();
    const args = [...configured(temporaryFolder(), origin), "--semantic", "serve"];
    const before = await spawnGateway(args);
    const first = await ask(before, asked);
    await eventually(
      "the question is found",
      async () => layerOf(await ask(before, mistyped, onlyRead)) === "semantic",
    );
    const hit = await ask(before, mistyped, onlyRead);
    expect(hit.text).toBe(first.text);
    expect(statusOf(hit)).toBe("HIT");
    expect(hit.headers["cache-status"]).toMatch(/^reprise; hit; ttl=\d+; detail=semantic$/);
    expect(hit.headers["x-ai-cache-saved-usd"]).toMatch(/^0\.\d+$/);
    const exact = await ask(before, asked, onlyRead);
    expect(exact.headers["x-ai-cache-entry"]).toMatch(/^anonymous:/);
    expect(hit.headers["x-ai-cache-entry"]).toMatch(new RegExp(`^${exact.headers["x-ai-cache-entry"]}~[\\w-]{43}$`));
    expect(statusOf(await ask(before, opposite, onlyRead))).toBe("MISS");
    await stop(before);

    const after = await spawnGateway(args);
    expect(layerOf(await ask(after, mistyped, onlyRead))).toBe("semantic");
    expect(statusOf(await ask(after, asked))).toBe("HIT");
    expect(statusOf(await ask(after, opposite, onlyRead))).toBe("MISS");
    await stop(after);
  });

  test("a report keeps an answer from a question, over a restart too, and from no other question", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const args = [...configured(folder, origin), "--semantic", "serve"];
    const before = await spawnGateway(args);
    await ask(before, asked);
    await eventually(
      "the question is found",
      async () => layerOf(await ask(before, mistyped, onlyRead)) === "semantic",
    );
    const entry = (await ask(before, mistyped, onlyRead)).headers["x-ai-cache-entry"];
    const report = (body: object) => callAdmin({ url: before.url, folder }, "/feedback", { body });
    const taken = await report({ entry, verdict: "wrong", note: "It was the password of another system." });
    expect([taken.status, JSON.parse(taken.text)]).toEqual([200, { blocked: true, removed: false }]);
    expect(statusOf(await ask(before, mistyped, onlyRead))).toBe("MISS");
    const nonsense = await report({ entry, verdict: "bad" });
    expect([nonsense.status, nonsense.headers["content-type"]]).toEqual([400, "application/problem+json"]);
    const feedback = await scrape(before);
    expect(total(feedback, "reprise_semantic_feedback_total", { verdict: "wrong" })).toBe(1);
    await stop(before);

    const after = await spawnGateway(args);
    expect(statusOf(await ask(after, mistyped, onlyRead))).toBe("MISS");
    const lower = question("how do i reset my password", { model: "gpt-4o-mini" });
    expect(layerOf(await ask(after, lower, onlyRead))).toBe("semantic");
    await stop(after);
  });

  test("observe is the default: nothing is served, and the metrics say what would have been", async () => {
    const origin = await runOrigin();
    const gateway = await spawnGateway(configured(temporaryFolder(), origin));
    expect(statusOf(await ask(gateway, asked))).toBe("MISS");
    const looks = async (result: string) =>
      total(await scrape(gateway), "reprise_semantic_looks_total", { mode: "observe", result });
    await eventually("the first question was looked at", async () => (await looks("miss")) === 1);
    expect(statusOf(await ask(gateway, mistyped))).toBe("MISS");
    await eventually("the second would have been a hit", async () => (await looks("would_hit")) === 1);
    const samples = await scrape(gateway);
    expect(total(samples, "reprise_semantic_observed_saved_usd_total", { model: "gpt-4o-mini" })).toBeGreaterThan(0);
    expect(total(samples, "reprise_requests_total", { layer: "semantic", result: "hit" })).toBe(0);
    expect(origin.callCount).toBe(2);
    await stop(gateway);
  });

  test("another word than the three is misuse, told in one line with what to write", async () => {
    const { code, stderr, stdout } = await runCommand(["serve", "--port", "0", "--semantic", "nonsense"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^reprise: --semantic: .*"nonsense".*off, observe, serve.*\n$/);
  });

  test("two workers answer from each other's questions, by aliases and by vectors", async () => {
    const origin = await runOrigin();
    const semantic = { mode: "serve", strategy: "threshold", threshold: 0.5 };
    const gateway = await runWorkers(origin, { ...busy, layers: { semantic } });
    const [one, two] = await openDoors(gateway);
    await one.ask(asked);
    await eventually("the other has the alias", async () => layerOf(await two.ask(mistyped, onlyRead)) === "semantic");
    await two.ask(question("How do I change the oil filter of a motorbike?"));
    const like = question("How do I replace the oil filter of a motorbike?");
    await eventually("the first has the vector", async () => layerOf(await one.ask(like, onlyRead)) === "semantic");
    await stop(gateway);
  });
});

test("surface: doctor says why like questions are not answered where the model is damaged, and calls go on", async () => {
  const folder = temporaryFolder();
  cpSync("src", join(folder, "src"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "models"));
  writeFileSync(join(folder, "models", "static-en.bin"), "no model at all");
  const args = [join(folder, "src/cli/main.ts"), "doctor", "--store", "memory", "--port", "0", "--json"];
  const run = await new Promise<{ readonly code: unknown; readonly stdout: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout) => resolve({ code: error?.code, stdout }));
  });
  const { findings } = JSON.parse(run.stdout);
  const found = findings.find(({ check }: { readonly check: string }) => check === "embedder");
  expect(run.code).toBe(1);
  expect(found.detail).toContain(join(folder, "models", "static-en.bin"));
  expect(found.problem).toMatchObject({
    severity: "error",
    remedy: expect.stringContaining("Install the package anew"),
  });
});
