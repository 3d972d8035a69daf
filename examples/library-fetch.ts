/**
 * The cache inside a program, without a gateway: `cache.fetch` in the OpenAI SDK.
 *
 *     npm run origin -- --port 9000
 *     OPENAI_BASE_URL=http://127.0.0.1:9000/v1 npx node examples/library-fetch.ts
 *
 * Without OPENAI_BASE_URL it asks the real API; set OPENAI_API_KEY and MODEL. Run it twice: SQLite keeps the answers.
 */
import OpenAI from "openai";
// In a project of your own: from "reprise" and "reprise/stores/sqlite".
import { createCache } from "../src/index.ts";
import { sqlite } from "../src/stores/sqlite.ts";

const cache = await createCache({
  store: sqlite(process.env["REPRISE_DATA"] ?? "./.reprise/library"),
  policy: { ttl: "10m", staleIfError: "1h" },
  rules: [{ match: { model: "*-small" }, ttl: "1d" }],
});
try {
  const client = new OpenAI({ apiKey: process.env["OPENAI_API_KEY"] ?? "sk-example", fetch: cache.fetch });
  const model = process.env["MODEL"] ?? "scripted-large";
  const messages = [{ role: "user" as const, content: "What is the difference between a cache and an archive?" }];

  for (const attempt of ["first", "again"]) {
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
    console.log(`${attempt}: ${response.headers.get("x-ai-cache-status")}: ${data.choices[0]?.message.content}`);
  }

  // Twenty callers at the same moment share one call.
  const question = [{ role: "user" as const, content: "Who asks the same question at the same time?" }];
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => client.chat.completions.create({ model, messages: question }).withResponse()),
  );
  const statuses = Map.groupBy(answers, ({ response }) => response.headers.get("x-ai-cache-status"));
  console.log([...statuses].map(([status, some]) => `${status}: ${some.length}`).join(", "));
} finally {
  // Writes what is still pending.
  await cache.close();
}
