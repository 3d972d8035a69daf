import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { upstreamSchema } from "../upstream-options.ts";
import { tellOfOrigin } from "./upstream-notices.ts";
import { Upstreams } from "./upstreams.ts";

/** Where nobody listens: no call is sent. */
const [first, second] = ["http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"];

function setUp() {
  const settings = {
    plain: upstreamSchema.parse({ url: "http://127.0.0.1:3/v1" }),
    engines: upstreamSchema.parse({ replicas: [first, second], healthPath: "off" }),
  };
  const upstreams = new Upstreams(settings, {}, new ManualClock());
  onTestFinished(() => upstreams.close());
  const told: unknown[] = [];
  const log = {
    info: (fields: object, text: string) => void told.push([text, fields]),
    warn: (fields: object, text: string) => void told.push([text, fields]),
  };
  const unwell = new Set<string>();
  const [plain, engines] = upstreams.all.map(({ id }) => id) as [string, string];
  const ended = (originId: string, result: number | "unreachable" | "aborted") =>
    tellOfOrigin(log as never, unwell, { originId, result }, upstreams.all);
  return { ...{ told, ended, plain, engines }, pool: upstreams.pools[0] };
}

const fails = "the upstream fails; stored answers go on being served";
const isWell = "the upstream is well again";

test("an upstream that fails is told of by its name, once, and again when it is well", () => {
  const { told, ended, plain } = setUp();
  for (const result of [200, "aborted", "unreachable", 500, 200, 200] as const) ended(plain, result);
  expect(told).toEqual([
    [fails, { upstream: "plain", url: plain, result: "unreachable" }],
    [isWell, { upstream: "plain" }],
  ]);
});

test("one of several replicas fails when none is left, and which they are is told", () => {
  const { told, ended, engines, pool } = setUp();
  const [one, other] = pool?.replicas ?? [];
  if (one === undefined || other === undefined) throw new Error("There are two replicas.");
  one.isFailing = true;
  for (const result of [500, 200, "unreachable", 200] as const) ended(engines, result);
  expect(told).toEqual([]);
  for (let time = 0; time < 3; time++) other.health.failed();
  ended(engines, "unreachable");
  ended(engines, "unreachable");
  expect(told).toEqual([[fails, { upstream: "engines", replicas: [first, second], result: "unreachable" }]]);
  one.isFailing = false;
  ended(engines, 200);
  expect(told.slice(1)).toEqual([[isWell, { upstream: "engines" }]]);
});

test("an upstream that the configuration names no more is told of by its URL", () => {
  const { told, ended } = setUp();
  ended("http://127.0.0.1:9/v1", "unreachable");
  expect(told).toMatchObject([[fails, { upstream: "http://127.0.0.1:9/v1" }]]);
});
