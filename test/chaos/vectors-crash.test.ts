/** A file of vectors under kill -9, flipped bits, and several processes at once. */

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RepriseError } from "../../src/core/errors.ts";
import type { VectorMatch } from "../../src/core/vector-store.ts";
import { cosine, idsNear, itemOf, put, space, vectorOf } from "../../src/testing/vector-store-case.ts";
import { embedded } from "../../src/vectors/embedded.ts";

const child = fileURLToPath(new URL("./vectors-crash-child.ts", import.meta.url));
const children: ChildProcess[] = [];
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "reprise-vectors-crash-"));
});

afterEach(() => {
  for (const process of children.splice(0)) process.kill("SIGKILL");
  rmSync(directory, { recursive: true });
});

function start(...args: readonly string[]): ChildProcess {
  const started = spawn(process.execPath, [child, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(started);
  return started;
}

/** Lets a writer go until it has reported `reports` commits, then kills it; returns what it had reported. */
async function writeAndKill(prefix: string, reports: number): Promise<number> {
  const writer = start("write", directory, prefix);
  let committed = 0;
  let seen = 0;
  // The lines already on their way are read, too: each of them is a promise.
  for await (const line of createInterface({ input: writer.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith("committed")) committed = Number(line.split(" ")[1]);
    seen += 1;
    if (seen === reports + 1) writer.kill("SIGKILL");
  }
  return committed;
}

describe("a file of vectors", () => {
  it("keeps everything committed when two processes that write are killed, and a third one sees it at once", async () => {
    const warnings: string[] = [];
    const store = embedded({ directory, onWarning: (message) => warnings.push(message) });
    try {
      await put(store, space, itemOf("own", vectorOf(100_000)));
      for (let round = 0; round < 5; round += 1) {
        const prefixes = [`a${round}`, `b${round}`];
        const committed = await Promise.all(prefixes.map((prefix) => writeAndKill(prefix, 3 + 4 * round)));
        for (const [index, prefix] of prefixes.entries()) {
          for (let number = 0; number < (committed[index] as number); number += 1) {
            const found = await idsNear(store, space, vectorOf(number), 2 * (round + 1));
            expect(found).toContain(`${prefix}-${number}`);
          }
        }
      }
      expect(await idsNear(store, space, vectorOf(100_000), 1)).toEqual(["own"]);
      expect(await store.check()).toMatchObject([{ detail: expect.stringContaining("is sound") }]);
      expect(warnings).toEqual([]);
    } finally {
      await store.close();
    }
  });

  it("never answers with anything altered, whatever bytes of the file are", async () => {
    const pristine = join(directory, "pristine");
    const store = embedded({ directory: pristine });
    const ids = Array.from({ length: 120 }, (_, index) => index);
    for (const index of ids) await put(store, space, itemOf(`${index}`, vectorOf(index)));
    await store.close();
    const size = readFileSync(join(pristine, "semantic.db")).byteLength;
    let answers = 0;
    let refusals = 0;
    for (let round = 0; round < 60; round += 1) {
      const folder = join(directory, `round-${round}`);
      cpSync(pristine, folder, { recursive: true });
      const bytes = readFileSync(join(folder, "semantic.db"));
      for (let flip = 0; flip < 1 + (round % 40); flip += 1) {
        // Places and bits that follow from the round: the same in every run.
        const place = ((round * 40 + flip + 1) * 7_919 * 104_729) % size;
        bytes[place] = (bytes[place] as number) ^ (1 << ((round + flip) % 8));
      }
      writeFileSync(join(folder, "semantic.db"), bytes);
      const found = await nearestOrNothing(folder, round % ids.length);
      if (found === undefined) refusals += 1;
      for (const { id, similarity, note } of found ?? []) {
        answers += 1;
        expect(new TextDecoder().decode(note)).toBe(`note of ${id}`);
        expect(similarity).toBeCloseTo(cosine(vectorOf(round % ids.length), vectorOf(Number(id))), 5);
      }
    }
    expect(answers).toBeGreaterThan(100);
    expect(refusals).toBeGreaterThan(0);
  });

  it("lets the process end when nothing is left to do, without being closed", async () => {
    const ending = start("end", directory);
    const ended = new Promise((resolve) => ending.once("exit", (code) => resolve(code)));
    const lines: string[] = [];
    for await (const line of createInterface({ input: ending.stdout as NodeJS.ReadableStream })) lines.push(line);
    expect(lines).toEqual(["found one"]);
    expect(await ended).toBe(0);
  });
});

async function nearestOrNothing(folder: string, seed: number): Promise<readonly VectorMatch[] | undefined> {
  let store: ReturnType<typeof open> | undefined;
  const open = () => embedded({ directory: folder, onWarning: () => undefined });
  try {
    store = open();
    return await store.nearest(space, vectorOf(seed), 8);
  } catch (error) {
    if (!RepriseError.isInstance(error)) throw error;
    return undefined;
  } finally {
    await store?.close();
  }
}
