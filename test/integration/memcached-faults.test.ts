import { chmodSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { StoreUnavailableError } from "../../src/core/errors.ts";
import { type MemcachedOptions, memcached } from "../../src/stores/memcached.ts";
import { itemName } from "../../src/stores/memcached-item.ts";
import { type MemcachedServerUnderTest, type MemcachedSettings, startMemcached } from "../services/memcached.ts";
import { describeWithServices } from "../services/required.ts";
import { freePorts, serverFolder } from "../services/server-process.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = Buffer.from("a value");
const large = Buffer.alloc(3_000_000, "0123456789abcdef");

async function server(settings?: MemcachedSettings): Promise<MemcachedServerUnderTest> {
  const started = await startMemcached(settings);
  onTestFinished(started.kill);
  return started;
}

function storeOn(url: string, options: Omit<MemcachedOptions, "url"> = {}) {
  const store = memcached({ url, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function read(store: ReturnType<typeof memcached>, key: string): Promise<string | undefined> {
  const [found] = await store.get("t", [key]);
  return found && Buffer.from(found).toString();
}

describeWithServices("memcached", "memcached: faults", () => {
  it("R1: with nobody at the address every call fails at once, and it heals without a restart", async () => {
    const [port] = (await freePorts(1)) as [number];
    const clock = new ManualClock(Date.now());
    const store = storeOn(`memcached://127.0.0.1:${port}`, { clock });
    await expect(store.get("t", ["k"])).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be used: .*ECONNREFUSED/);
    await expect(store.set("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
    await expect(store.add("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
    await expect(store.delete("t", "k")).rejects.toThrow(StoreUnavailableError);
    await expect(store.stats()).rejects.toThrow(StoreUnavailableError);
    await server({ port });
    await expect(store.get("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    clock.advance(250);
    await store.set("t", "k", value, forEver);
    expect(await read(store, "k")).toBe("a value");
  });

  it("R3: a process that was busy for longer than it waits does not take a server to be away that has answered", async () => {
    const { port } = await server();
    const clock = new ManualClock(Date.now());
    const store = storeOn(`memcached://127.0.0.1:${port}`, { clock });
    const busyFor = (waitMs: number): void => {
      // Nothing is read meanwhile, and when it is over the timers come first.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      clock.advance(waitMs);
    };
    const connecting = store.set("t", "k", value, forEver);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    busyFor(1_000);
    expect(await connecting).toBe("stored");
    const reading = read(store, "k");
    await new Promise((resolve) => process.nextTick(resolve));
    busyFor(1_000);
    expect(await reading).toBe("a value");
  });

  it("R2: a restart loses everything and nothing else; what was under way fails with the connection", async () => {
    const one = await server();
    const store = storeOn(one.url);
    await store.set("t", "k", value, forEver);
    one.signal("SIGSTOP");
    const underWay = expect(store.get("t", ["k"])).rejects.toThrow(/the connection to the memcached server broke/);
    one.signal("SIGKILL");
    await underWay;
    await one.restart();
    await expect.poll(() => read(store, "k").catch(() => "away")).toBeUndefined();
    expect(await store.set("t", "k", value, forEver)).toBe("stored");
    expect(await read(store, "k")).toBe("a value");
  });

  it("R3: a server that hangs is given up, with all that waits for it", async () => {
    const one = await server();
    const clock = new ManualClock(Date.now());
    const store = storeOn(one.url, { clock, replyTimeoutMs: 500 });
    await store.set("t", "k", value, forEver);
    one.signal("SIGSTOP");
    const waiting = Promise.allSettled(Array.from({ length: 50 }, () => store.get("t", ["k"])));
    clock.advance(500);
    expect((await waiting).every(({ status }) => status === "rejected")).toBe(true);
    one.signal("SIGCONT");
    clock.advance(1_000);
    expect(await read(store, "k")).toBe("a value");
  });

  it("R6: what others wrote under our name, or damaged, is a miss, is counted and removed", async () => {
    const one = await server();
    const store = storeOn(one.url);
    const name = itemName("reprise:", "t", "k");
    const foreign = ["", "x", "RM", `RM\x01${"x".repeat(100)}`, `RM\x02${"\x00".repeat(100)}`];
    for (const [count, text] of foreign.entries()) {
      await one.talk(Buffer.from(`set ${name} 0 0 ${text.length}\r\n${text}\r\n`, "latin1"), "STORED");
      expect(await read(store, "k")).toBeUndefined();
      expect((await store.stats()).corrupt).toBe(count + 1);
      expect(await one.talk(`mg ${name} v\r\n`, "\r\n")).toBe("EN\r\n");
    }
    await one.talk(`set ${name} 0 0 1\r\nx\r\n`, "STORED");
    expect(Buffer.from(await store.add("t", "k", value, forEver)).toString()).toBe("a value");
  });

  it("R6: every flipped bit of an item is found out", async () => {
    const one = await server();
    const store = storeOn(one.url);
    const name = itemName("reprise:", "t", "k");
    await store.set("t", "k", value, forEver);
    const answer = await one.talk(`mg ${name} v\r\n`, "a value\r\n");
    const sound = Buffer.from(answer.slice(answer.indexOf("\r\n") + 2, -2), "latin1");
    for (let bit = 0; bit < sound.length * 8; bit += 1) {
      const damaged = Buffer.from(sound);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      const command = Buffer.from(`set ${name} 0 0 ${damaged.length}\r\n`);
      await one.talk(Buffer.concat([command, damaged, Buffer.from("\r\n")]), "STORED");
      expect(await read(store, "k"), `bit ${bit}`).toBeUndefined();
    }
  });

  it("R8: a divided value with a lost part is a miss, never half a value", async () => {
    const one = await server();
    const store = storeOn(one.url);
    expect(await store.set("t", "k", large, forEver)).toBe("stored");
    const [found] = await store.get("t", ["k"]);
    expect(found && Buffer.compare(found, large)).toBe(0);
    const dump = await one.talk("lru_crawler metadump all\r\n", "END\r\n");
    const names = [...dump.matchAll(/key=(\S+)/g)].map(([, name]) => decodeURIComponent(name as string));
    const parts = names.filter((name) => /:[\w-]{12}:\d$/.test(name));
    expect(parts).toHaveLength(3);
    await one.talk(`delete ${parts[1]}\r\n`, "DELETED");
    expect(await read(store, "k")).toBeUndefined();
    expect(Buffer.compare(await store.add("t", "k", large, forEver), large)).toBe(0);
    expect(await store.delete("t", "k")).toBe(true);
  });

  it("R8: while a full server forgets, every read is a whole value or a miss", async () => {
    const one = await server({ megabytes: 8 });
    const store = storeOn(one.url);
    const make = (index: number) => Buffer.alloc(index % 10 === 0 ? 1_500_000 : 50_000, `value ${index} `);
    for (let index = 0; index < 300; index += 1) await store.set("t", `k${index}`, make(index), forEver);
    const values = await store.get(
      "t",
      Array.from({ length: 300 }, (_, index) => `k${index}`),
    );
    const alive = values.flatMap((found, index) => (found === undefined ? [] : [[found, make(index)] as const]));
    for (const [found, whole] of alive) expect(Buffer.compare(found, whole)).toBe(0);
    expect(alive.length).toBeGreaterThan(0);
    expect(alive.length).toBeLessThan(300);
  });

  it("R7: a full server that forgets nothing refuses what is new, and goes on answering", async () => {
    const one = await server({ megabytes: 4, args: ["-M"] });
    const store = storeOn(one.url);
    await store.set("t", "first", value, forEver);
    const results = [];
    for (let index = 0; index < 200; index += 1) {
      results.push(await store.set("t", `k${index}`, Buffer.alloc(100_000), forEver));
    }
    expect(results).toContain("overloaded");
    expect(await read(store, "first")).toBe("a value");
    expect(await store.check()).toMatchObject([{ severity: "warning", remedy: expect.stringMatching(/without -M/) }]);
  });

  it("R9: of several servers one that is away is asked for its own keys only, and no other takes its place", async () => {
    const [one, two] = [await server(), await server()];
    const store = storeOn(`memcached://127.0.0.1:${one.port},127.0.0.1:${two.port}`);
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
    for (const key of keys) await store.set("t", key, value, forEver);
    two.signal("SIGKILL");
    const answers = await Promise.allSettled(keys.map((key) => read(store, key)));
    const there = answers.filter((answer) => answer.status === "fulfilled" && answer.value === "a value");
    expect(there.length).toBeGreaterThan(8);
    expect(there.length).toBeLessThan(32);
    expect(answers.filter(({ status }) => status === "rejected").length).toBe(40 - there.length);
    const writes = await Promise.allSettled(keys.map((key) => store.set("t", key, value, forEver)));
    expect(writes.filter(({ status }) => status === "rejected").length).toBe(40 - there.length);
  });
});

describeWithServices("memcached", "memcached: what the server takes and wants", () => {
  it("a value beyond the bound is declined; one that the server takes whole is one item", async () => {
    const one = await server({ args: ["-I", "4m"] });
    const store = storeOn(one.url, { maxEntryBytes: large.length });
    expect(await store.set("t", "k", large, forEver)).toBe("stored");
    expect(await store.set("t", "k", Buffer.alloc(large.length + 1), forEver)).toBe("declined");
    expect((await store.stats()).entries).toBe(1);
  });

  it("divides at the server's limit, to the byte", async () => {
    const one = await server();
    const store = storeOn(one.url);
    const edge = 1024 * 1024 - 1_024;
    for (const size of [edge - 40, edge - 38, edge - 37, edge, edge + 1, 2 * edge, 2 * edge + 1]) {
      const whole = Buffer.alloc(size, "abc");
      expect(await store.set("t", "k", whole, forEver)).toBe("stored");
      const [found] = await store.get("t", ["k"]);
      expect(found && Buffer.compare(found, whole), `${size} bytes`).toBe(0);
    }
  });

  it("a limit of the server that leaves no room for a value is a failure that says so", async () => {
    const smallest = await startMemcached({ args: ["-I", "1k", "-o", "slab_chunk_max=1"] });
    onTestFinished(smallest.kill);
    const refused = storeOn(`memcached://127.0.0.1:${smallest.port}`);
    await expect(refused.set("t", "k", value, forEver)).rejects.toThrow("takes no item of more than 1024 bytes");
    const [finding] = await refused.check();
    expect(finding).toMatchObject({
      severity: "error",
      remedy: "Start it with a larger -I; without one it takes 1 MB.",
    });
  });

  it("R10: a user and a password, right, wrong and lacking", async () => {
    const file = join(serverFolder("memcached-users"), "users");
    writeFileSync(file, "me:s3cret\n", { mode: 0o644 });
    chmodSync(dirname(file), 0o755);
    const one = await startMemcached({ args: ["-Y", file] });
    onTestFinished(one.kill);
    const at = `127.0.0.1:${one.port}`;
    const right = storeOn(`memcached://me:s3cret@${at}`);
    await right.set("t", "k", value, forEver);
    expect(await read(right, "k")).toBe("a value");
    const [wrong] = await storeOn(`memcached://me:wr0ng@${at}`).check();
    expect(wrong).toMatchObject({ severity: "error", remedy: "Correct user and password in the URL of the store." });
    expect(JSON.stringify(wrong)).not.toContain("wr0ng");
    const [lacking] = await storeOn(`memcached://${at}`).check();
    expect(lacking).toMatchObject({ severity: "error", remedy: expect.stringContaining("memcached://USER:PASSWORD@") });
  });

  it("keyPrefix keeps programs apart; one that a name cannot begin with is refused", async () => {
    const one = await server();
    const ours = storeOn(one.url);
    const theirs = storeOn(one.url, { keyPrefix: "theirs:" });
    await ours.set("t", "k", value, forEver);
    expect(await read(theirs, "k")).toBeUndefined();
    const lease = await ours.leases?.acquire("k", 1_000);
    expect(await theirs.leases?.holder("k")).toBeUndefined();
    expect(lease).toMatchObject({ won: true });
    for (const keyPrefix of ["two words", "p".repeat(101)])
      expect(() => memcached({ url: one.url, keyPrefix })).toThrow(/^store\.keyPrefix must be at most 100 printable/);
  });

  it("says what it found: a server that is there, nobody, a name that is none, and another protocol", async () => {
    const one = await server();
    expect(await storeOn(one.url).check()).toEqual([
      { detail: expect.stringMatching(/^memcached 1\.\S+ at 127\.0\.0\.1:\d+: 0 items, 0 B of 64.0 MB$/) },
    ]);
    const [port] = await freePorts(1);
    expect(await storeOn(`memcached://127.0.0.1:${port},nowhere.invalid`).check()).toMatchObject([
      { severity: "error", remedy: "Start Memcached there, or correct the URL of the store." },
      { severity: "error", remedy: "Correct the name of the host in the URL of the store." },
    ]);
  });
});
