/** R13 to R16: a SQLite store under kill -9, a full disk, flipped bits, cut files and two processes at once. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { privateFolder } from "../../src/cli/compile-cache.ts";
import { type SqliteStore, sqlite } from "../../src/stores/sqlite.ts";
import { valueFor } from "./self-checking-value.ts";

const child = fileURLToPath(new URL("./sqlite-crash-child.ts", import.meta.url));
const forEver = { deleteAt: Number.POSITIVE_INFINITY };

/** mulberry32: small, and the same on every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

let directory = "";
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "reprise-crash-"));
});

afterEach(() => {
  for (const process of children.splice(0)) process.kill("SIGKILL");
  rmSync(directory, { recursive: true });
});

/** More than a hundred begin, and what they run is compiled once. */
const compiled = privateFolder(tmpdir());
const env = { ...process.env, ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }) };

function start(command: string, args: readonly string[]): ChildProcess {
  const process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
  children.push(process);
  return process;
}

/** Lets a writer go until it has reported `reports` commits, kills it `turns` turns of the event loop later. */
async function writeAndKill(prefix: string, reports: number, turns: number): Promise<number> {
  const writer = start(process.execPath, [child, "write", directory, prefix]);
  const ended = new Promise((resolve) => writer.once("exit", resolve));
  let committed = 0;
  let seen = 0;
  for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith("committed")) committed = Number(line.split(" ")[1]);
    seen += 1;
    // The lines already on their way are read, too: each of them is a promise.
    if (seen !== reports + 1) continue;
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    writer.kill("SIGKILL");
  }
  await ended;
  return committed;
}

function checkPresent(store: SqliteStore, prefix: string, committed: number): void {
  for (let number = 0; number < committed; number += 1) {
    const key = `${prefix}-${number}`;
    const [value] = store.get("tenant", [key]);
    if (value === undefined || Buffer.compare(value, valueFor(key)) !== 0) throw new Error(`${key} is lost or altered`);
  }
  // What comes after the last report may be there or not, but never altered.
  for (let number = committed; number < committed + 500; number += 1) {
    const key = `${prefix}-${number}`;
    const [value] = store.get("tenant", [key]);
    if (value !== undefined) expect(Buffer.compare(value, valueFor(key))).toBe(0);
  }
}

/** `npm run chaos` asks for more than the tests do. */
const kills = Number(process.env["REPRISE_CHAOS_KILLS"] ?? 100);

describe("sqlite under kill -9", () => {
  it(
    `R14, R16: serves everything committed and nothing corrupt after ${kills} kills, two processes at a time`,
    async () => {
      const random = seeded(14);
      const warnings: string[] = [];
      let written = 0;
      for (let round = 0; round < kills / 2; round += 1) {
        const prefixes = [`a${round}`, `b${round}`];
        const committed = await Promise.all(prefixes.map((prefix) => writeAndKill(prefix, random(8), random(200))));
        const store = sqlite({
          directory,
          maxBytes: 512 * 1024 * 1024,
          onWarning: (message) => warnings.push(message),
        });
        prefixes.forEach((prefix, index) => {
          checkPresent(store, prefix, committed[index] as number);
        });
        expect((await store.stats()).corrupt).toBe(0);
        await store.close();
        written += committed.reduce((sum, count) => sum + count, 0);
      }
      expect(written).toBeGreaterThan(1_000);
      expect(warnings).toEqual([]);
      expect(readdirSync(directory)).toEqual(["cache.db"]);
      const database = new DatabaseSync(join(directory, "cache.db"));
      expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      const totals = database.prepare("SELECT entries, bytes FROM totals_v1").get();
      expect(database.prepare("SELECT count(*) AS entries, sum(size) AS bytes FROM entries_v1").get()).toEqual(totals);
      database.close();
    },
    1_200 * kills,
  );
});

describe("sqlite on a full disk", () => {
  // Only Linux can lift the limit of a running process; elsewhere sqlite-write-queue.test.ts covers the same path.
  it.runIf(existsSync("/usr/bin/prlimit"))(
    "R13: stops writing, keeps reading, and goes on when there is room",
    async () => {
      // A limit on the size of files fails the same calls as a full disk, and can be lifted from outside.
      const limited = start("/usr/bin/prlimit", ["--fsize=3000000:", process.execPath, child, "fill", directory]);
      const said: string[] = [];
      for await (const line of createInterface({ input: limited.stdout as NodeJS.ReadableStream })) {
        said.push(line);
        if (!line.startsWith("full")) continue;
        execFileSync("/usr/bin/prlimit", [`--pid=${limited.pid}`, "--fsize=unlimited:"]);
        limited.stdin?.end("room\n");
      }
      const [, written, present, refused] = said.find((line) => line.startsWith("full"))?.split(" ") ?? [];
      expect(Number(written)).toBeGreaterThan(50);
      expect(present).toBe(written);
      expect(refused).toBe("overloaded");
      expect(said).toEqual(["warned", expect.stringMatching(/^full/), `recovered ${written} stored`]);
    },
  );
});

describe("sqlite over a damaged file", () => {
  const keys = Array.from({ length: 250 }, (_, index) => `key-${index}`);

  /** A sound folder; with `log`, its last writes are still in the write-ahead log. */
  async function makeSound(log: boolean): Promise<string> {
    const live = join(directory, "live");
    const sound = join(directory, "sound");
    mkdirSync(sound);
    const store = sqlite(live);
    for (const [index, key] of keys.entries()) {
      store.set("tenant", key, valueFor(key), forEver);
      if (index % 10 === 0) await store.flush();
    }
    if (!log) await store.close();
    else await store.flush();
    for (const name of readdirSync(live)) if (!name.endsWith("-shm")) copyFileSync(join(live, name), join(sound, name));
    await store.close();
    return sound;
  }

  function damage(path: string, random: (below: number) => number): void {
    const file = openSync(path, "r+");
    const { size } = statSync(path);
    if (random(4) === 0) ftruncateSync(file, random(size));
    else {
      const wide = random(3) === 0;
      for (let flips = 1 + random(wide ? 400 : 4); flips > 0; flips -= 1) {
        // Every third time near the beginning, where the headers and the inner pages are.
        const position = random(random(3) === 0 ? Math.min(size, 16_384) : size);
        const byte = new Uint8Array(1);
        readSync(file, byte, 0, 1, position);
        writeSync(file, new Uint8Array([(byte[0] as number) ^ (1 << random(8))]), 0, 1, position);
      }
    }
    closeSync(file);
  }

  /** Misses or intact values, never anything else; and the store still takes a value. */
  async function checkUsable(store: SqliteStore): Promise<number> {
    let present = 0;
    store.get("tenant", keys).forEach((value, index) => {
      if (value === undefined) return;
      present += 1;
      expect(Buffer.compare(value, valueFor(keys[index] as string))).toBe(0);
    });
    expect(store.set("tenant", "new", valueFor("new"), forEver)).toBe("stored");
    await store.flush();
    const [value] = store.get("tenant", ["new"]);
    expect(value && Buffer.compare(value, valueFor("new"))).toBe(0);
    await store.stats();
    return present;
  }

  for (const [name, log] of Object.entries({ "the file": false, "the write-ahead log": true })) {
    it(`R15: reads misses or intact values after flips and cuts in ${name}`, async () => {
      const random = seeded(log ? 151 : 150);
      const sound = await makeSound(log);
      let present = 0;
      for (let round = 0; round < 60; round += 1) {
        const broken = join(directory, `broken-${round}`);
        mkdirSync(broken);
        for (const part of readdirSync(sound)) copyFileSync(join(sound, part), join(broken, part));
        damage(join(broken, log ? "cache.db-wal" : "cache.db"), random);
        const store = sqlite({ directory: broken, onWarning: () => {} });
        present += await checkUsable(store);
        await store.close();
        rmSync(broken, { recursive: true });
      }
      expect(present, "not everything was thrown away").toBeGreaterThan(1_000);
    });
  }

  it("R15: stays usable when the file is damaged while it is open", async () => {
    const random = seeded(152);
    const sound = await makeSound(false);
    for (let round = 0; round < 20; round += 1) {
      const broken = join(directory, `open-${round}`);
      mkdirSync(broken);
      copyFileSync(join(sound, "cache.db"), join(broken, "cache.db"));
      const store = sqlite({ directory: broken, onWarning: () => {} });
      store.get("tenant", keys.slice(0, 20));
      damage(join(broken, "cache.db"), random);
      await checkUsable(store);
      await store.close();
    }
  });
});
