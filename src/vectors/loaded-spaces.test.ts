import { describe, expect, it } from "vitest";
import { space, vectorOf } from "../testing/vector-store-case.ts";
import { LoadedSpace, LoadedSpaces } from "./loaded-spaces.ts";
import { ScanMemory } from "./scan-memory.ts";

describe("LoadedSpaces", () => {
  const make = () => {
    const memory = new ScanMemory(0);
    return { memory, spaces: new LoadedSpaces((where) => new LoadedSpace(where, memory)) };
  };
  const partition = (name: string) => ({ ...space, partition: name });

  it("counts spaces that hold nothing, so that they leave memory as well", () => {
    const { memory, spaces } = make();
    for (let index = 0; index < 100; index += 1) spaces.findOrMake(partition(`${index}`));
    expect(memory.used).toBeGreaterThan(100 * 100);
    for (const loaded of [...spaces.all()]) spaces.forget(loaded);
    expect(memory.used).toBe(0);
    expect([...spaces.all()]).toEqual([]);
  });

  it("has the partition used longest ago first", () => {
    const { spaces } = make();
    for (const name of ["a", "b", "c"]) spaces.findOrMake(partition(name));
    spaces.find({ ...partition("a"), model: "another" });
    expect([...spaces.all()].map(({ space: { partition: name } }) => name)).toEqual(["b", "c", "a"]);
  });

  it("leaves what is kept, and nothing else", () => {
    const { memory, spaces } = make();
    const loaded = spaces.findOrMake(space);
    const kept = { vector: vectorOf(1), note: new Uint8Array(1) };
    for (const id of ["kept", "other"]) loaded.index.put(id, vectorOf(1), 5);
    loaded.keep("kept", kept);
    loaded.clearUnkept();
    expect([loaded.index.size, loaded.index.deleteAtOf("kept"), loaded.kept("kept")]).toEqual([1, 5, kept]);
    spaces.forget(loaded);
    expect(memory.used).toBe(0);
  });
});
