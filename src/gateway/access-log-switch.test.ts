import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { CallListener } from "../access-log/answered-call.ts";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { AccessLogSwitch } from "./access-log-switch.ts";
import type { GatewayConfig } from "./config.ts";

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "reprise-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Nothing can be written below a file.
  writeFileSync(join(folder, "file"), "");
  const key = fingerprintKey(Buffer.alloc(32, 3));
  const log = new AccessLogSwitch({ clock: new ManualClock(), random: systemRandom, key, onTrouble: () => {} });
  const follow = (path: string | undefined) => {
    const accessLog = path === undefined ? undefined : { path, sample: 1, content: "redacted", maxBytes: 1e9, keep: 1 };
    log.follow({ telemetry: { accessLog }, data: { directory: folder }, prices: {} } as unknown as GatewayConfig);
  };
  const request = { protocol: openAiChat } as Parameters<CallListener["refused"]>[0]["request"];
  const call = () => log.listener?.refused({ request, code: "invalid_json", status: 400, at: 1 });
  return { log, follow, call, read: () => readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n") };
}

test("counts all calls that could not be written, over every log there was", async () => {
  const { log, follow, call, read } = setUp();
  expect(log.dropped).toBe(0);
  follow("file/log");
  // More than are written at once.
  for (let index = 0; index < 1_000; index++) call();
  follow(undefined);
  await log.close();
  expect(log.dropped).toBe(1_000);
  follow("log");
  call();
  expect(log.dropped).toBe(1_000);
  await log.close();
  expect(read()).toHaveLength(1);
  follow("file/log");
  call();
  await log.close();
  expect(log.dropped).toBe(1_001);
});
