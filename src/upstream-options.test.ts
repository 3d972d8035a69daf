import { describe, expect, it } from "vitest";
import { upstreamSchema } from "./upstream-options.ts";

const replicasOf = (replicas: unknown) => upstreamSchema.safeParse({ replicas }).data?.replicas;

describe("the replicas of an upstream", () => {
  it("are base URLs, or such with where their engines tell of their caches", () => {
    expect(
      replicasOf([
        "http://10.0.0.1:8000/v1/",
        { url: "http://10.0.0.2:8000/v1", kvEvents: "tcp://10.0.0.2:5557", kvReplay: "tcp://[::1]:5558" },
      ]),
    ).toEqual([
      { url: "http://10.0.0.1:8000/v1" },
      { url: "http://10.0.0.2:8000/v1", kvEvents: "tcp://10.0.0.2:5557", kvReplay: "tcp://[::1]:5558" },
    ]);
  });

  it.each([
    ["twice the same", ["http://a:1/v1", { url: "http://a:1/v1" }]],
    ["no URL", [{ kvEvents: "tcp://a:1" }]],
    ["another scheme", [{ url: "http://a:1/v1", kvEvents: "http://a:1" }]],
    ["no port", [{ url: "http://a:1/v1", kvEvents: "tcp://a" }]],
    ["a port that is none", [{ url: "http://a:1/v1", kvEvents: "tcp://a:99999" }]],
    ["the engine's own way to say all addresses", [{ url: "http://a:1/v1", kvReplay: "tcp://*:5558" }]],
    ["a field that is not known", [{ url: "http://a:1/v1", weight: 2 }]],
    ["no list", "http://a:1/v1"],
    ["nothing in it", [null]],
  ])("are refused: %s", (_, replicas) => {
    expect(replicasOf(replicas)).toBeUndefined();
  });
});
