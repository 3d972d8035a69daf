import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { runCommand, spawnGateway } from "../e2e/gateway-process.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { startValkey } from "../services/valkey.ts";

/** What the contracts do not show: it is told apart, and gateways share it under a URL of Redis. */

describeWithServices("redis-server", "a Valkey", () => {
  test("is what doctor says it is, and what a second gateway finds the answers of the first in", async () => {
    const server = await startValkey();
    onTestFinished(() => server.stop());
    expect(await server.admin.info("server")).toContain("valkey_version:");
    const origin = await runOrigin();
    const file = join(temporaryFolder(), "reprise.json");
    // Nothing here is about deadlines, so a busy machine must not be taken for a store that is away.
    const store = { url: server.url, lookupBudget: "10s", readDeadline: "10s", writeDeadline: "10s" };
    writeFileSync(file, JSON.stringify({ store, upstreams: { main: { url: origin.url } } }));
    const place = ["--config", file];
    const doctor = await runCommand(["doctor", "--port", "0", ...place]);
    expect(doctor.stdout).toMatch(/store .*Valkey \d+\.\d+/);
    const one = await spawnGateway(place);
    expect(statusOf(await ask(one, question()))).toBe("MISS");
    one.child.kill("SIGTERM");
    await one.exit;
    expect(statusOf(await ask(await spawnGateway(place), question()))).toBe("HIT");
  });
});
