import { expect, test } from "vitest";
import { callAdmin, invalidate } from "./admin-call.ts";
import { eventually } from "./eventually.ts";
import { exchange } from "./http-exchange.ts";
import { runOrigin } from "./running-gateway.ts";
import { openDoors, runWorkers, stop } from "./running-workers.ts";
import { askUntilStored } from "./stored-answer.ts";

test("when unpublishing or a purge is acknowledged, no worker serves what was published", async () => {
  const origin = await runOrigin();
  const gateway = await runWorkers(origin, { layers: { edge: { twins: "public", unknownPerMinute: 1_000_000 } } }, 2);
  const doors = await openDoors(gateway, 2);
  const get = (path: string) =>
    Promise.all(doors.map(async ({ agent }) => (await exchange(gateway.url + path, { agent })).status));
  for (const kind of ["unpublish", "purge"]) {
    for (let round = 0; round < 3; round++) {
      const answer = await askUntilStored(gateway, undefined, { "x-ai-cache-tags": "doc:1" });
      const twin = String(answer.headers["content-location"]);
      const entry = answer.headers["x-ai-cache-entry"];
      // One worker has gathered what the other is asked to publish.
      const publish = () => callAdmin(gateway, "/answers", { body: { slug: "a", entry } });
      await eventually("published", async () => (await publish()).status === 200);
      expect(await get("/v1/answers/a")).toEqual([200, 200]);
      await eventually("the twin is there", async () => (await get(twin)).every((status) => status === 200));
      const gone =
        kind === "purge"
          ? await invalidate(gateway, { tags: ["doc:1"] })
          : await callAdmin(gateway, "/answers/a", { method: "DELETE" });
      expect([kind, gone.status, await get("/v1/answers/a")]).toEqual([kind, 200, [410, 410]]);
      if (kind === "purge") expect(await get(twin)).toEqual([404, 404]);
    }
  }
  await stop(gateway);
});
