/** `node fill-store.ts FOLDER COUNT`: a SQLite store with that many values of 2 KB; prints how many it then has. */
import { sqlite } from "../../src/stores/sqlite.ts";
import { answerBody, numbered } from "../load/chat-payload.ts";

const [folder, count] = process.argv.slice(2) as [string, string];
const store = sqlite({ directory: folder, maxBytes: 4 * 1024 ** 3 });
const deleteAt = Date.now() + 24 * 3_600_000;
for (let index = 0; index < Number(count); index++) {
  store.set(
    `tenant-${index % 10}`,
    `${numbered(index)}-key-as-long-as-a-real-one-0`,
    Buffer.from(answerBody(numbered(index)), "utf8"),
    { deleteAt },
  );
  if (index % 2_000 === 1_999) await store.flush();
}
await store.flush();
const { entries } = await store.stats();
await store.close();
console.log(entries);
