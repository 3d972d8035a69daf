import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hubModel, startModelHub } from "../services/model-hub.ts";
import { makeTinyModel } from "../services/onnx-folder.ts";
import { ask, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { runCommand } from "./gateway-process.ts";
import { runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

/** A gateway whose embedder is a model on a hub: it is fetched once, and without a hub questions are misses. */

const first = question("how do i reset my router");
const like = question("How do I reset my router, password?");

const layersOf = (url: string) => ({
  semantic: {
    ...{ mode: "serve", strategy: "threshold", threshold: 0 },
    embedder: { kind: "transformers", model: hubModel, url, budget: "10s" },
  },
});

async function setUp() {
  const source = makeTinyModel();
  onTestFinished(() => rmSync(source, { recursive: true }));
  const hub = await startModelHub(source);
  onTestFinished(() => hub.close());
  return { hub, origin: await runOrigin(), folder: temporaryFolder() };
}

const patient = { store: { url: "memory", lookupBudget: "10s" } };

test("the model is fetched into the data folder with the first question, and not again", async () => {
  const { hub, origin, folder } = await setUp();
  const config = { ...patient, layers: layersOf(hub.url) };
  const gateway = await runGateway(origin, config, folder);
  expect(statusOf(await ask(gateway, first))).toBe("MISS");
  await eventually("the question is remembered", async () => statusOf(await ask(gateway, like)) === "HIT");
  await gateway.close();
  await hub.close();
  const again = await runGateway(origin, config, folder);
  expect(statusOf(await ask(again, first))).toBe("MISS");
  await eventually("it is found without a hub", async () => statusOf(await ask(again, like)) === "HIT");
});

test("without a hub questions are misses and answers come as ever; doctor says why", async () => {
  const { hub, origin, folder } = await setUp();
  await hub.close();
  const layers = layersOf(hub.url);
  const gateway = await runGateway(origin, { ...patient, layers }, folder);
  expect([statusOf(await ask(gateway, first)), statusOf(await ask(gateway, like))]).toEqual(["MISS", "MISS"]);
  expect(statusOf(await ask(gateway, first))).toBe("HIT");
  const file = join(folder, "reprise.json");
  writeFileSync(file, JSON.stringify({ layers, upstreams: { main: { url: origin.url } } }));
  const doctor = await runCommand(["doctor", "--port", "0", "--config", file, "--data", folder]);
  expect(doctor.stdout).toMatch(/embedder .*tiny-makers\/tiny-model at main cannot be had from http.*ECONNREFUSED/);
  expect(doctor.stdout).toContain("Let this machine reach the hub");
});
