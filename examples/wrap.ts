/** `cache.wrap`: any slow computation whose result is JSON. Needs no server: `npx node examples/wrap.ts`. */
// In a project of your own: from "reprise".
import { createCache } from "../src/index.ts";

interface Summary {
  readonly title: string;
  readonly words: number;
}

let computed = 0;
async function summarise(text: string): Promise<Summary> {
  computed += 1;
  return { title: text.split(".")[0] ?? "", words: text.split(/\s+/).length };
}

const cache = await createCache({ policy: { ttl: "1h" } });
const text = "Caches remember. They also have to forget, and that is the harder half.";

// The key is what the value depends on; the order of its members does not matter.
const one = await cache.wrap({ key: { task: "summary", text } }, () => summarise(text));
const two = await cache.wrap({ key: { text, task: "summary" } }, () => summarise(text));
console.log(`${one.outcome.kind}, then ${two.outcome.kind}: "${two.value.title}", ${two.value.words} words`);

// A new version label is a new key space: nothing that was stored under the old one is found.
const revised = await cache.wrap({ key: { task: "summary", text }, version: "prompt-2" }, () => summarise(text));
console.log(`version prompt-2: ${revised.outcome.kind}`);

// Ten who ask at the same time wait for one computation.
const crowd = await Promise.all(
  Array.from({ length: 10 }, () => cache.wrap({ key: "crowd", ttl: "5m" }, () => summarise("Everybody asks."))),
);
console.log(`crowd: ${crowd.filter(({ outcome }) => outcome.kind === "coalesced").length} of ${crowd.length} waited`);

// Values are frozen: what one caller gets, the next one gets unchanged.
console.log(`frozen: ${Object.isFrozen(two.value)}, computed ${computed} times`);
await cache.close();
