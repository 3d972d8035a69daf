import { describe, it } from "vitest";
import { busContract } from "../testing/bus-contract.ts";
import { MemoryBusHub } from "./memory.ts";

describe("the bus in memory", () => {
  for (const { name, run } of busContract(async () => {
    const hub = new MemoryBusHub();
    return { buses: [hub.join(), hub.join(), hub.join()] };
  }))
    it(name, run);
});
