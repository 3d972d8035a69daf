import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock, systemRandom } from "../core/clock.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import { ownerMark } from "../core/owner-marks.ts";
import { scopeOf } from "../core/scopes.ts";
import { memory } from "../stores/memory.ts";
import { forEver, idsNear, itemOf, space, vectorOf } from "../testing/vector-store-case.ts";
import { embedded } from "../vectors/embedded.ts";
import { ErasedElsewhere } from "./erased-elsewhere.ts";
import { ErasedLog, logStart } from "./erased-log.ts";

const secret = fingerprintKey(new Uint8Array(32).fill(7));
const ann = scopeOf("user", "ann", "tenant");

function setUp(store = memory({ clock: new ManualClock() })) {
  const clock = new ManualClock();
  const folder = mkdtempSync(join(tmpdir(), "reprise-erased-"));
  const vectors = embedded({ directory: folder });
  const troubles: unknown[] = [];
  const log = new ErasedLog(store, secret, systemRandom);
  const elsewhere = new ErasedElsewhere({
    log,
    vectors,
    folder,
    clock,
    onTrouble: (error) => void troubles.push(error),
  });
  onTestFinished(async () => {
    await elsewhere.close();
    await vectors.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const fill = async (): Promise<void> => {
    for (const tenant of ["tenant", "another"]) {
      await vectors.put({ ...space, tenant }, { ...itemOf("hers", vectorOf(1)), marks: [ownerMark(secret, ann)] });
      await vectors.put({ ...space, tenant }, itemOf("nobodys", vectorOf(2)));
    }
    await vectors.flush();
  };
  const left = async () => ({
    tenant: (await idsNear(vectors, space, vectorOf(1))).toSorted(),
    another: (await idsNear(vectors, { ...space, tenant: "another" }, vectorOf(1))).toSorted(),
  });
  return { store, clock, folder, log, elsewhere, fill, left, troubles };
}

const all = ["hers", "nobodys"];

describe("vectors of who was erased while a gateway did not run", () => {
  it("are removed at its start: of a user hers, of a tenant all, and of others none", async () => {
    const { log, elsewhere, fill, left } = setUp();
    await fill();
    await log.append(undefined, [ann]);
    await elsewhere.watch();
    expect(await left()).toEqual({ tenant: ["nobodys"], another: all });
    await log.append("another", []);
    await elsewhere.look();
    expect(await left()).toEqual({ tenant: ["nobodys"], another: [] });
  });

  it("are removed while it runs, once, so that whoever came back keeps what is new", async () => {
    const { clock, folder, log, elsewhere, fill, left } = setUp();
    await elsewhere.watch();
    await fill();
    await log.append("tenant", []);
    clock.advance(60_000);
    await expect.poll(left).toEqual({ tenant: [], another: all });
    await expect.poll(() => readFileSync(join(folder, "erased.json"), "utf8")).toContain('"next":1');
    await fill();
    await elsewhere.look();
    expect(await left()).toEqual({ tenant: all, another: all });
  });

  it("are looked for from the beginning where the store is another one, and later where it fails", async () => {
    const first = setUp();
    await first.fill();
    await first.log.append("nobody", []);
    await first.log.append("nobody", []);
    await first.elsewhere.look();
    for (const place of [0, 1]) first.store.delete("", `erased:${place}`);
    await first.log.append("tenant", []);
    const get = first.store.get.bind(first.store);
    first.store.get = () => {
      throw new Error("away");
    };
    await first.elsewhere.watch();
    expect([first.troubles.length, await first.left()]).toEqual([1, { tenant: all, another: all }]);
    first.store.get = get;
    await first.elsewhere.look();
    expect(await first.left()).toEqual({ tenant: [], another: all });
  });
});

describe("the log of who was erased", () => {
  it("tells no name, and is read on behind pages and gaps", async () => {
    const { store, log } = setUp();
    for (let at = 0; at < 70; at += 1) await log.append(`tenant ${at}`, [ann]);
    store.delete("", "erased:3");
    const { entries, position } = await log.read(logStart);
    expect([entries.length, position.next]).toEqual([69, 70]);
    expect(entries[0]?.parts).toEqual([
      { tenant: log.markOf("tenant 0") },
      { tenant: log.markOf("tenant"), marks: [ownerMark(secret, ann)] },
    ]);
    const texts = store.list({ limit: 100 }).items.map(({ value }) => Buffer.from(value).toString());
    expect(texts.join(" ")).not.toMatch(/tenant \d|ann\b/);
    expect(store.list({ limit: 100 }).items.every(({ deleteAt }) => deleteAt === forEver)).toBe(true);
    await log.append("one more", []);
    expect(await log.read(position)).toMatchObject({ entries: [{ parts: [{ tenant: log.markOf("one more") }] }] });
  });
});
