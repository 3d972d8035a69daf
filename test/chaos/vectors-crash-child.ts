/**
 * A process over a file of vectors. Run as `node vectors-crash-child.ts write DIRECTORY PREFIX`, which writes for ever
 * and reports each number up to which everything is committed, or `... end DIRECTORY`, which uses every thread and
 * then has nothing left to do.
 */

import { itemOf, put, space, vectorOf } from "../../src/testing/vector-store-case.ts";
import { embedded } from "../../src/vectors/embedded.ts";

const [mode, directory = "", prefix = ""] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function write(): Promise<void> {
  const store = embedded({ directory });
  say("ready");
  for (let number = 0; ; ) {
    for (let group = 0; group < 7; group += 1, number += 1) {
      await put(store, space, itemOf(`${prefix}-${number}`, vectorOf(number)));
    }
    await store.flush();
    say(`committed ${number}`);
  }
}

/** Not closed: the threads must not keep the process alive. */
async function end(): Promise<void> {
  const store = embedded({ directory, bytesScannedAtOnce: 0 });
  await put(store, space, itemOf("one", vectorOf(1)));
  await store.flush();
  const [match] = await store.nearest(space, vectorOf(1), 1);
  say(`found ${match?.id}`);
}

await (mode === "write" ? write() : end());
