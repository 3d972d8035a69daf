import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { type GatewayProcess, spawnGateway } from "../e2e/gateway-process.ts";
import { runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { fakedTime } from "../services/faked-time.ts";
import { asked } from "../services/redis.ts";
import { describeWithServices } from "../services/required.ts";

/** A gateway whose machine is told another time of day, while it runs and between two runs. */

const hour = 3_600;
const limit = 240_000;

async function setUp(environment: Readonly<Record<string, string>> = {}) {
  const origin = await runOrigin();
  const folder = temporaryFolder();
  const time = fakedTime(folder);
  const file = join(folder, "reprise.json");
  const layers = { exact: { ttl: "2h", ttlJitter: 0, staleWhileRevalidate: 0, staleIfError: 0 } };
  const telemetry = { logLevel: "debug" };
  writeFileSync(file, JSON.stringify({ upstreams: { main: { url: origin.url } }, layers, telemetry }));
  const args = ["--config", file, "--data", join(folder, "data")];
  const start = () => spawnGateway(args, { environment: { ...time.environment, ...environment } });
  return { origin, start, time };
}

async function end(gateway: GatewayProcess): Promise<void> {
  gateway.child.kill("SIGTERM");
  await gateway.exit;
}

/** Asks, and once more as long as the disk has not got what was computed. */
async function look(gateway: GatewayProcess, headers: Readonly<Record<string, string>> = {}, text = "of the sea") {
  for (;;) {
    const answer = await ask(gateway, question(text), headers);
    expect(answer.status).toBe(200);
    const outcome = statusOf(answer);
    if (outcome !== "COALESCED") return { outcome, age: Number(answer.headers["age"] ?? 0) };
  }
}

/** What the process last took for the time of day, in seconds ahead of this one. */
function seenAhead(gateway: GatewayProcess): number {
  const last = gateway.stdout().trimEnd().split("\n").at(-1) as string;
  return (JSON.parse(last).time - Date.now()) / 1_000;
}

/** Within what a busy machine takes. */
const slack = 60;

describeWithServices("faketime", "a gateway whose wall clock jumps (T1)", () => {
  test.each([
    ["an hour ahead", hour],
    ["an hour back", -hour],
    ["back by what NTP corrects at once", -2],
    ["ahead of 2038, where 32 bits end", 13 * 365 * 24 * hour],
  ])(
    "%s while it runs: what is stored neither dies nor grows older by it, and what is stored now dies in its time",
    async (_, aheadSeconds) => {
      const { start, time } = await setUp();
      const gateway = await start();
      expect(await look(gateway)).toEqual({ outcome: "MISS", age: 0 });
      time.set(aheadSeconds);
      const after = await look(gateway);
      expect(after.outcome).toBe("HIT");
      expect(after.age).toBeLessThan(slack);
      await asked(async () => Math.abs(seenAhead(gateway) - aheadSeconds) < slack);
      const short = { "x-ai-cache-ttl": "1" };
      expect((await look(gateway, short, "of a day")).outcome).toBe("MISS");
      await asked(async () => (await look(gateway, short, "of a day")).outcome === "MISS");
      time.set(0);
      expect((await look(gateway)).outcome).toBe("HIT");
    },
    limit,
  );

  test(
    "between two runs: an hour ahead makes what is stored an hour older, an hour back makes none of it immortal",
    async () => {
      const { origin, start, time } = await setUp();
      const long = { "x-ai-cache-ttl": `${2 * hour}` };
      const short = { "x-ai-cache-ttl": `${hour / 2}` };
      const first = await start();
      expect((await look(first, long, "long")).outcome).toBe("MISS");
      expect((await look(first, short, "short")).outcome).toBe("MISS");
      await end(first);

      time.set(hour);
      const ahead = await start();
      const older = await look(ahead, long, "long");
      expect(older.outcome).toBe("HIT");
      expect(older.age).toBeGreaterThanOrEqual(hour - 1);
      expect(older.age).toBeLessThan(hour + slack);
      expect((await look(ahead, short, "short")).outcome).toBe("MISS");
      await end(ahead);

      // What was stored is of the future now, and nobody can say how old it is.
      time.set(-hour);
      const back = await start();
      for (const [text, headers] of [
        ["long", long],
        ["short", short],
      ] as const) {
        expect((await look(back, headers, text)).outcome).toBe("MISS");
        expect(await look(back, headers, text)).toMatchObject({ outcome: "HIT" });
      }
      await end(back);

      time.set(0);
      const right = await start();
      expect((await look(right, long, "long")).outcome).toBe("HIT");
      expect((await look(right, short, "short")).outcome).toBe("MISS");
      expect(origin.callCount).toBe(6);
    },
    limit,
  );

  const instants: readonly (readonly [string, string, string])[] = [
    ["the last second of 32 bits", "2038-01-19T03:14:07Z", "UTC"],
    ["the end of summer time, when an hour of the day comes twice", "2026-10-25T01:00:00Z", "Europe/Berlin"],
    ["the beginning of summer time, when an hour of the day is left out", "2027-03-28T01:00:00Z", "Europe/Berlin"],
  ];

  test.each(instants)(
    "over %s: an entry of the minute before is a minute old in the minute after",
    async (_, instant, zone) => {
      const { origin, start, time } = await setUp({ TZ: zone });
      const aheadSeconds = (Date.parse(instant) - Date.now()) / 1_000;
      time.set(aheadSeconds - 30);
      const before = await start();
      expect((await look(before)).outcome).toBe("MISS");
      await end(before);
      time.set(aheadSeconds + 30);
      const after = await start();
      const found = await look(after);
      expect(found.outcome).toBe("HIT");
      expect(found.age).toBeGreaterThanOrEqual(59);
      expect(found.age).toBeLessThan(60 + slack);
      expect(origin.callCount).toBe(1);
    },
    limit,
  );
});
