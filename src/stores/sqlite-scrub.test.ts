import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { sqlite } from "./sqlite.ts";

const forGood = { deleteAt: Number.POSITIVE_INFINITY };

function setUp() {
  const directory = mkdtempSync(join(tmpdir(), "reprise-scrub-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const clock = new ManualClock();
  const store = sqlite({ directory, clock });
  onTestFinished(() => store.close());
  const isInFiles = (text: string) =>
    readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(text));
  return { store, directory, clock, isInFiles };
}

it("leaves no byte of what was removed, replaced or has died in the file and its log, and all of the rest", async () => {
  const { store, clock, isInFiles } = setUp();
  const long = (text: string) => Buffer.from(`${text} `.repeat(2_000));
  store.set("acme", "removed", long("first canary"), forGood);
  store.set("acme", "replaced", long("second canary"), forGood);
  store.set("acme", "dead", long("third canary"), { deleteAt: clock.now() + 1_000 });
  store.set("umbra", "kept", long("fourth canary"), forGood);
  await store.flush();
  store.set("acme", "replaced", Buffer.from("nothing"), forGood);
  await store.delete("acme", "removed");
  clock.advance(2_000);
  expect(["first", "second", "third", "fourth"].filter((name) => isInFiles(`${name} canary`))).not.toEqual(["fourth"]);
  expect(await store.scrub()).toEqual({ isErased: true, notes: [] });
  expect(["first", "second", "third", "fourth"].filter((name) => isInFiles(`${name} canary`))).toEqual(["fourth"]);
  expect(Buffer.compare(store.get("umbra", ["kept"])[0] as Uint8Array, long("fourth canary"))).toBe(0);
  expect((await store.stats()).entries).toBe(2);
});

it("is done while another process has the file open, which goes on with it", async () => {
  const { store, directory, clock, isInFiles } = setUp();
  const other = sqlite({ directory, clock });
  onTestFinished(() => other.close());
  store.set("acme", "a", Buffer.from("first canary"), forGood);
  await store.flush();
  expect(other.get("acme", ["a"])).toHaveLength(1);
  await other.delete("acme", "a");
  expect(await store.scrub()).toEqual({ isErased: true, notes: [] });
  expect(isInFiles("first canary")).toBe(false);
  other.set("acme", "b", Buffer.from("second"), forGood);
  await other.flush();
  expect(store.get("acme", ["b"]).map((value) => value && Buffer.from(value).toString())).toEqual(["second"]);
});

it("takes writes that come meanwhile", async () => {
  const { store } = setUp();
  store.set("acme", "a", Buffer.from("1"), forGood);
  const scrubbing = store.scrub();
  expect(store.set("acme", "b", Buffer.from("2"), forGood)).toBe("stored");
  const removing = store.delete("acme", "a");
  expect([await scrubbing, await removing]).toEqual([{ isErased: true, notes: [] }, true]);
  await store.flush();
  expect(store.get("acme", ["a", "b"]).map((value) => value && Buffer.from(value).toString())).toEqual([
    undefined,
    "2",
  ]);
});

it("is done for each of several who want it at once, and for one who closes meanwhile", async () => {
  const { store, isInFiles } = setUp();
  store.set("acme", "a", Buffer.from("first canary"), forGood);
  await store.delete("acme", "a");
  const erased = { isErased: true, notes: [] };
  expect(await Promise.all([store.scrub(), store.scrub(), store.scrub()])).toEqual([erased, erased, erased]);
  expect(isInFiles("first canary")).toBe(false);
  const last = store.scrub();
  // It is under way by then.
  await store.delete("acme", "a");
  await store.close();
  expect(await last).toEqual(erased);
});
