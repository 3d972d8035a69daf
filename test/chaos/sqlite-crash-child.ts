/**
 * A process that is killed, or runs out of disk, while it writes. Run as
 * `node sqlite-crash-child.ts write DIRECTORY PREFIX` or `... fill DIRECTORY`; it reports on standard output.
 */

import { createInterface } from "node:readline";
import { keepCompiled } from "../../src/cli/compile-cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { valueFor } from "./self-checking-value.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const [mode, directory = "", prefix = ""] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Writes for ever and reports each number up to which everything is committed. */
async function write(): Promise<void> {
  const store = sqlite({ directory, maxBytes: 512 * 1024 * 1024 });
  say("ready");
  for (let number = 0; ; ) {
    for (let group = 0; group < 7; group += 1, number += 1) {
      const key = `${prefix}-${number}`;
      store.set("tenant", key, valueFor(key), forEver);
    }
    await store.flush();
    say(`committed ${number}`);
  }
}

/** Writes until the disk is full, shows that reads go on, and goes on itself when told that there is room. */
async function fill(): Promise<void> {
  const clock = new ManualClock();
  const store = sqlite({ directory, clock, onWarning: () => say("warned") });
  let number = 0;
  for (let full = false; !full; number += 1) {
    store.set("tenant", `full-${number}`, valueFor(`full-${number}`), forEver);
    await store.flush().catch(() => {
      full = true;
    });
  }
  const present = () => {
    const keys = Array.from({ length: number }, (_, index) => `full-${index}`);
    const values = store.get("tenant", keys);
    return values.filter((value, index) => value && Buffer.compare(value, valueFor(keys[index] as string)) === 0)
      .length;
  };
  say(`full ${number} ${present()} ${store.set("tenant", "refused", new Uint8Array(1), forEver)}`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== "room") continue;
    clock.advance(60_000);
    await store.flush();
    say(`recovered ${present()} ${store.set("tenant", "taken", new Uint8Array(1), forEver)}`);
    await store.close();
    break;
  }
}

keepCompiled();
await (mode === "write" ? write() : fill());
