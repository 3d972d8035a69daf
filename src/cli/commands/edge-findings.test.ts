import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock, systemRandom } from "../../core/clock.ts";
import { type GatewayConfig, readConfig } from "../../gateway/config.ts";
import { PurgeLog } from "../../layers/edge/purging/purge-log.ts";
import { adoptRenamed } from "../../layers/edge/purging/renamed-caches.ts";
import { storeFromUrl } from "../../stores/store-url.ts";
import { checkEdge } from "./edge-findings.ts";

it("tells of purges that wait for a cache by another name", async () => {
  const directory = mkdtempSync(join(tmpdir(), "reprise-doctor-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const purge = { front: { kind: "webhook", url: "http://127.0.0.1:1", secret: "0123456789abcdef" } };
  const flags = { "data.directory": directory, "layers.edge.purge": purge };
  const reading = readConfig({ environment: {}, flags });
  const { config } = reading as { readonly config: GatewayConfig };

  const store = await storeFromUrl("sqlite", { directory, maxBytes: 1e7 });
  if (store === undefined) throw new Error("there is no store");
  const logOf = (name: string) => new PurgeLog({ store, name, clock: systemClock, random: systemRandom });
  const parts = { store, logOf, append: () => Promise.resolve() };
  await adoptRenamed([{ name: "old", identity: "another" }], parts);
  await logOf("old").append({ tags: ["a"] });
  await store.close();

  expect(await checkEdge(config)).toEqual([
    { check: "edge front", detail: "webhook: nothing waits to be purged" },
    {
      check: "edge old",
      detail: expect.stringMatching(/^1 to be purged/),
      problem: { severity: "warning", remedy: expect.stringContaining("same kind and URL") },
    },
  ]);
});
