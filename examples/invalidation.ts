/** `cache.invalidate`: what was stored is taken back by tag. Needs no server: `npx node examples/invalidation.ts`. */
// In a project of your own: from "reprise".
import { createCache } from "../src/index.ts";

const documents = new Map([
  ["1", "The harbour opens at six."],
  ["2", "The museum opens at ten."],
]);

const cache = await createCache();
/** Stands for a summary by your model: it depends on the document, which the key does not hold. */
const summary = async (id: string) => {
  const compute = () => ({ text: `In short: ${documents.get(id)}` });
  const { value, outcome } = await cache.wrap({ key: { task: "summary", id }, tags: [`doc:${id}`] }, compute);
  console.log(`${id}: ${outcome.kind}: ${value.text}`);
};

for (const id of ["1", "2", "1"]) await summary(id);

documents.set("1", "The harbour opens at seven.");
const { scopes } = await cache.invalidate({ tags: ["doc:1"] });
console.log(`taken back: ${scopes}`);

for (const id of ["1", "2"]) await summary(id);
await cache.close();
