import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../core/clock.ts";
import { memory } from "../stores/memory.ts";
import { type AuditAnchor, folderAnchor, storeAnchor } from "./audit-anchor.ts";
import { checkAudit } from "./audit-check.ts";
import { auditFiles, newestRecords } from "./audit-folder.ts";
import { type AuditEvent, ChainDigest } from "./audit-line.ts";
import { AuditLog } from "./audit-log.ts";

const plain = new ChainDigest(undefined);
const keyed = new ChainDigest("a master key of the configuration");

function event(name: string): AuditEvent {
  return { action: "POST /invalidate", stage: "asked", by: { kind: "admin", address: "127.0.0.1" }, what: { name } };
}

function setUp({ digest = plain, maxFileBytes = 8 * 1024 * 1024, anchors }: Partial<Given> = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), "reprise-audit-")), "audit");
  onTestFinished(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  const store = memory();
  const all = anchors ?? [folderAnchor(folder), storeAnchor(store, ["here"])];
  const troubles: string[] = [];
  const open = (by: ChainDigest = digest) => {
    const onTrouble = (anchor: string, reason: string) => void troubles.push(`${anchor}: ${reason}`);
    const parts = { folder, digest: () => by, anchors: () => all, clock: systemClock, maxFileBytes, onTrouble };
    const log = new AuditLog(parts);
    onTestFinished(() => log.close());
    return log;
  };
  const check = (more: { from?: number; digests?: readonly ChainDigest[]; anchors?: readonly AuditAnchor[] } = {}) =>
    checkAudit({ folder, digests: [plain, keyed], anchors: all, ...more });
  const file = () => auditFiles(folder)[0]?.path as string;
  const lines = () => readFileSync(file(), "utf8").trimEnd().split("\n");
  const rewrite = (changed: readonly string[]) => writeFileSync(file(), changed.map((line) => `${line}\n`).join(""));
  return { folder, open, check, file, lines, rewrite, troubles, store };
}

interface Given {
  readonly digest: ChainDigest;
  readonly maxFileBytes: number;
  readonly anchors: readonly AuditAnchor[];
}

async function withFive(given: Partial<Given> = {}) {
  const place = setUp(given);
  const log = place.open();
  for (const name of ["a", "b", "c", "d", "e"]) await log.append(event(name));
  await log.close();
  return place;
}

describe("AuditLog", () => {
  it("numbers what is appended at once in the order in which it came, and tells when, by whom and what", async () => {
    const { open, folder, check } = setUp();
    const log = open();
    expect(await Promise.all(["a", "b", "c"].map((name) => log.append(event(name))))).toEqual([1, 2, 3]);
    expect(newestRecords(folder, Number.POSITIVE_INFINITY, 10)).toMatchObject([
      { sequence: 3, what: { name: "c" } },
      { sequence: 2, what: { name: "b" } },
      { sequence: 1, what: { name: "a" }, action: "POST /invalidate", by: { kind: "admin", address: "127.0.0.1" } },
    ]);
    expect(await check()).toMatchObject({ ok: true, lines: 3, head: { sequence: 3 }, notes: [] });
  });

  it("is one chain of several processes that write at the same time", async () => {
    const { open, check } = setUp();
    const logs = [open(), open(), open()];
    const numbers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => (logs[index % 3] as AuditLog).append(event(String(index)))),
    );
    expect(new Set(numbers).size).toBe(30);
    expect(await check()).toMatchObject({ ok: true, lines: 30 });
  });

  it("goes on in another file when one is full, and in the same chain", async () => {
    const { folder, check } = await withFive({ maxFileBytes: 500 });
    expect(auditFiles(folder).map(({ first }) => first)).toEqual([1, 3, 5]);
    expect(await check()).toMatchObject({ ok: true, lines: 5, head: { sequence: 5 } });
    expect(newestRecords(folder, 5, 3).map(({ sequence }) => sequence)).toEqual([4, 3, 2]);
  });

  it("removes the piece of a line that a process left which died, and logs that", async () => {
    const { open, file, check, folder } = await withFive();
    appendFileSync(file(), '{"sequence":6,"at":"20');
    const log = open();
    expect(await log.append(event("f"))).toBe(7);
    expect(await check()).toMatchObject({ ok: true, lines: 7 });
    expect(newestRecords(folder, 7, 1)).toMatchObject([{ action: "audit torn line removed", what: { bytes: 22 } }]);
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ["cut off", (lines) => lines.slice(0, 3)],
    ["emptied", () => []],
  ])("leaves a gap for good where it was %s, and logs that it was", async (_, change) => {
    const { open, check, lines, rewrite, folder } = await withFive();
    rewrite(change(lines()));
    const log = open();
    expect([await log.append(event("f")), await log.append(event("g"))]).toEqual([7, 8]);
    expect(await check()).toMatchObject({ ok: false, fault: "gap" });
    expect(await check({ anchors: [] })).toMatchObject({ ok: false, fault: "gap" });
    expect(newestRecords(folder, 7, 1)).toMatchObject([{ action: "audit log was cut", what: { known: 5 } }]);
  });

  it("notices that it was cut while it is open, too", async () => {
    const { open, check, lines, rewrite } = setUp();
    const log = open();
    for (const name of ["a", "b", "c"]) await log.append(event(name));
    rewrite(lines().slice(0, 2));
    expect(await log.append(event("d"))).toBe(5);
    expect(await check()).toMatchObject({ ok: false, fault: "gap", line: 3 });
  });

  it.each([5, 6])("does not go on with a forged log of %i lines as if it were its own", async (count) => {
    const { open, check, file } = await withFive();
    const other = setUp({ anchors: [] });
    const forger = other.open();
    for (let index = 0; index < count; index += 1) await forger.append(event("x"));
    writeFileSync(file(), readFileSync(other.file()));
    await open().append(event("f"));
    expect(await check()).toMatchObject({ ok: false, fault: "gap", line: count + 1 });
  });

  it("goes on behind a line that is none of ours, logs that, and stays broken for who checks", async () => {
    const { open, file, check, folder } = await withFive();
    appendFileSync(file(), "hello\n");
    const log = open();
    expect([await log.append(event("f")), await log.append(event("g"))]).toEqual([7, 8]);
    expect(await check()).toMatchObject({ ok: false, fault: "unreadable", line: 6, file: file() });
    expect(newestRecords(folder, 7, 1)).toMatchObject([{ sequence: 6, action: "audit log is damaged" }]);
    expect(auditFiles(folder).map(({ first }) => first)).toEqual([1, 6]);
  });

  it("goes on behind what the anchors know where the last line itself was damaged", async () => {
    const { open, file, check, lines, rewrite } = await withFive();
    rewrite(lines().with(4, "hello"));
    expect(await open().append(event("f"))).toBe(8);
    expect(await check()).toMatchObject({ ok: false, fault: "unreadable", line: 5, file: file() });
  });

  it("does not write over an anchor that it could not compare", async () => {
    const { store, folder, lines, rewrite, check } = await withFive();
    const there = storeAnchor(store, ["here"]);
    rewrite(lines().slice(0, 3));
    rmSync(join(folder, "head.json"));
    let isAway = true;
    const read = () => (isAway ? Promise.reject(new Error("away")) : there.read());
    const log = new AuditLog({
      ...{ folder, digest: () => plain, clock: systemClock, onTrouble: () => {} },
      anchors: () => [{ ...there, read }],
    });
    onTestFinished(() => log.close());
    for (const name of ["x", "y", "z"]) await log.append(event(name));
    expect(await there.read()).toMatchObject({ sequence: 5 });
    isAway = false;
    await log.append(event("f"));
    expect(await check()).toMatchObject({ ok: false, fault: "gap" });
  });

  it("refuses what it cannot write, and goes on when it can again", async () => {
    const { open, folder, check } = setUp();
    writeFileSync(folder, "not a folder");
    const log = open();
    await expect(log.append(event("a"))).rejects.toMatchObject({ code: "audit_unavailable" });
    rmSync(folder);
    expect(await log.append(event("b"))).toBe(1);
    expect(await check()).toMatchObject({ ok: true, lines: 1 });
  });

  it.each([
    ["by several processes, which the store", 2, undefined],
    ["by one process, which nobody but itself", 1, []],
  ])(
    "goes on where its folder was taken away while it is open %s knows, and leaves a gap",
    async (_, count, anchors) => {
      const { open, folder, check } = setUp(anchors && { anchors });
      const logs = Array.from({ length: count }, () => open());
      for (let turn = 0; turn < 4; turn += 1) await logs[turn % count]?.append(event("a"));
      rmSync(folder, { recursive: true });
      const numbers = [];
      for (let turn = 0; turn < 3; turn += 1) numbers.push(await logs[turn % count]?.append(event("b")));
      expect(numbers).toEqual([6, 7, 8]);
      expect(auditFiles(folder).map(({ first }) => first)).toEqual([5]);
      expect(newestRecords(folder, 6, 9)).toMatchObject([
        { action: "audit log was cut", what: { known: 4, found: 0 } },
      ]);
      expect(await check()).toMatchObject({ ok: false, fault: "gap", line: 1 });
      const notes = expect.arrayContaining(["Line 5 says that lines before it are gone."]);
      expect(await check({ from: 5 })).toMatchObject({ ok: true, notes });
    },
  );

  it("knows its end by any of its names in the store", async () => {
    const { folder, check, store } = await withFive({ anchors: [] });
    const [both, byPlace] = [storeAnchor(store, ["key", "place"]), storeAnchor(store, ["another key", "place"])];
    await both.write({ sequence: 5, hash: "a" });
    rmSync(folder, { recursive: true });
    expect(await check({ anchors: [byPlace] })).toMatchObject({ ok: false, fault: "truncated" });
    // Another log whose place has the same name.
    await storeAnchor(store, ["a third key", "place"]).write({ sequence: 9, hash: "b" });
    expect(await both.read()).toEqual({ sequence: 5, hash: "a" });
  });

  it("tells of an anchor that cannot be written, and is not held up by it", async () => {
    const cannot: AuditAnchor = {
      name: "the store",
      read: () => undefined,
      write: () => Promise.reject(new Error("away")),
    };
    const { open, troubles, check } = setUp({ anchors: [cannot] });
    expect(await open().append(event("a"))).toBe(1);
    expect(troubles).toEqual(["the store: away"]);
    expect(await check()).toMatchObject({ ok: true, notes: ["the store does not know where the log ends."] });
  });
});

describe("checkAudit", () => {
  it.each<[string, string, number, (lines: string[]) => string[]]>([
    ["altered", "altered", 3, (lines) => lines.with(2, (lines[2] as string).replace('"name":"c"', '"name":"x"'))],
    ["removed", "gap", 3, (lines) => lines.toSpliced(2, 1)],
    ["removed at the beginning", "gap", 1, (lines) => lines.slice(1)],
    ["moved", "gap", 2, ([a, b, c, ...others]) => [a, c, b, ...others] as string[]],
    ["put in twice", "gap", 3, ([a, b, ...others]) => [a, b, b, ...others] as string[]],
    ["no line of ours", "unreadable", 4, (lines) => lines.toSpliced(3, 0, "hello")],
    ["cut off at the end", "truncated", 4, (lines) => lines.slice(0, 4)],
  ])("finds the first line that was %s", async (_, fault, line, change) => {
    const { lines, rewrite, check, file } = await withFive();
    rewrite(change(lines()));
    expect(await check()).toMatchObject({ ok: false, fault, line, file: file() });
  });

  it("finds a last line that was cut in the middle", async () => {
    const { file, check } = await withFive();
    truncateSync(file(), readFileSync(file()).length - 10);
    expect(await check()).toMatchObject({ ok: false, fault: "unreadable", line: 5 });
  });

  it("finds a whole chain that was written anew without a key, by either anchor", async () => {
    const { folder, open, check, store } = await withFive();
    for (const name of readdirSync(folder)) if (name.endsWith(".jsonl")) rmSync(join(folder, name));
    const other = setUp({ anchors: [] });
    const forger = other.open();
    for (const name of ["a", "b", "x", "d", "e"]) await forger.append(event(name));
    writeFileSync(join(folder, "audit-000000000001.jsonl"), readFileSync(other.file()));
    expect(await check()).toMatchObject({ ok: false, fault: "altered", sequence: 5 });
    expect(await check({ anchors: [storeAnchor(store, ["here"])] })).toMatchObject({ ok: false, fault: "altered" });
    expect(await check({ anchors: [] })).toMatchObject({ ok: true });
    await open().close();
  });

  it("finds a log that is gone as a whole", async () => {
    const { folder, check } = await withFive();
    for (const name of readdirSync(folder)) if (name.endsWith(".jsonl")) rmSync(join(folder, name));
    expect(await check()).toMatchObject({ ok: false, fault: "truncated", line: 0 });
  });

  it("does not take a chain for sound that is made without the key, nor one of another key", async () => {
    const { open, check } = setUp({ digest: keyed });
    await open().append(event("a"));
    await open(plain).append(event("b"));
    expect(await check()).toMatchObject({ ok: false, fault: "other_key", line: 2 });
    expect(await check({ digests: [plain] })).toMatchObject({ ok: false, fault: "other_key", line: 1 });
  });

  it("takes no chain without a key for sound where the store knows that it has one", async () => {
    const { open, check, file, rewrite, lines, store, folder } = setUp();
    await open().append(event("a"));
    const log = open(keyed);
    for (const name of ["b", "c"]) await log.append(event(name));
    expect(await check()).toMatchObject({ ok: true, lines: 3 });
    const [head] = lines() as [string];
    rewrite([head]);
    rmSync(join(folder, "head.json"));
    const other = new AuditLog({
      ...{ folder, digest: () => plain, clock: systemClock, onTrouble: () => {} },
      anchors: () => [],
    });
    onTestFinished(() => other.close());
    for (const name of ["b", "x", "c", "d"]) await other.append(event(name));
    expect(await check()).toMatchObject({ ok: false, fault: "other_key", line: 2, file: file() });
    await open(keyed).append(event("e"));
    expect(await check({ anchors: [storeAnchor(store, ["here"])] })).toMatchObject({
      ok: false,
      fault: "other_key",
      line: 2,
    });
  });

  it("remembers from which line on there is a key, also when another process writes without one", async () => {
    const { open, check, store } = setUp();
    await open(keyed).append(event("a"));
    await open().append(event("b"));
    expect(await storeAnchor(store, ["here"]).read()).toMatchObject({ sequence: 2, keyedSince: 1 });
    expect(await check()).toMatchObject({ ok: false, fault: "other_key", line: 2 });
  });

  it("knows a master key again that is written otherwise", () => {
    const bytes = Buffer.alloc(32, 7);
    const names = [bytes.toString("hex"), bytes.toString("base64")].map((text) => new ChainDigest(text).name);
    expect(new Set(names).size).toBe(1);
  });

  it("takes a chain for sound that has a key from some line on", async () => {
    const { open, check } = setUp();
    await open().append(event("a"));
    await open(keyed).append(event("b"));
    expect(await check()).toMatchObject({ ok: true, lines: 2 });
  });

  it("needs to be told that older files are in an archive", async () => {
    const { folder, check } = await withFive({ maxFileBytes: 500 });
    rmSync(auditFiles(folder)[0]?.path as string);
    expect(await check()).toMatchObject({ ok: false, fault: "gap", sequence: 1 });
    expect(await check({ from: 3 })).toMatchObject({ ok: true, lines: 3 });
  });

  it("finds nothing wrong where nothing was ever logged", async () => {
    expect(await setUp().check()).toMatchObject({ ok: true, lines: 0, anchors: [] });
  });
});
