/** `cache.embeddings`: vectors of a corpus, each computed once. Needs no server: `npx node examples/embeddings.ts`. */
import { env } from "node:process";
// In a project of your own: from "reprise" and "reprise/stores/sqlite".
import { createCache, type EmbedTexts } from "../src/index.ts";
import { sqlite } from "../src/stores/sqlite.ts";

let computed = 0;
/** Stands for a call to your model; it is given lists of texts, and returns one vector for each. */
const embedTexts: EmbedTexts = async (texts) => {
  computed += texts.length;
  return texts.map((text) => [text.length, text.split(" ").length, 1]);
};

const cache = await createCache({ store: sqlite(env["REPRISE_DATA"] ?? "./.reprise") });
const embed = cache.embeddings(embedTexts, { model: "words-and-letters" });
const told = (what: string, vectors: readonly number[][]) => {
  console.log(`${what}: ${vectors.length} vectors, ${computed} computed`);
  computed = 0;
};

const corpus = ["Caches remember.", "They also have to forget.", "That is the harder half."];
told("corpus", await embed(corpus));
told("again", await embed(corpus));

// A new passage, and one that stands there twice: only the new one is computed, once.
told("grown", await embed([...corpus, "A new passage.", "A new passage."]));

// Those who ask at the same time share what they have in common.
const [one, two] = await Promise.all([embed(["Everybody asks.", "One asks."]), embed(["Everybody asks."])]);
told("together", [...one, ...two]);

// Another model, other dimensions or parameters, or a new version label: another set of vectors.
told("as queries", await cache.embeddings(embedTexts, { model: "words-and-letters", parameters: "query" })(corpus));
await cache.close();
