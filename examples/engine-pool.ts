/**
 * Three real engines (llama.cpp, as node-llama-cpp) behind the gateway, and what they compute of the same conversations when
 * these go to the next replica, and when each goes on where it is: `npx node examples/engine-pool.ts`. The first run
 * installs the engine, 85 MB, into node_modules/.cache. The model has random weights: what it answers means nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
// In a project of your own: from "reprise/gateway".
import { describeMistake, readConfig, startGateway } from "../src/gateway/index.ts";
import { startEngine } from "../test/engine/engine-process.ts";

const engines = await Promise.all([1, 2, 3].map(() => startEngine({ slots: 2 })));

const folder = mkdtempSync(join(tmpdir(), "reprise-example-"));

const evaluated = async () => {
  const counts = await Promise.all(engines.map((engine) => engine.evaluated()));
  return counts.reduce((sum, count) => sum + count, 0);
};

type Message = OpenAI.ChatCompletionMessageParam;

const desks = ["bicycles", "kitchens", "gardens", "boats"];
const caseOf = (desk: string): Message[] => [
  {
    role: "system",
    content: `You answer at the desk for ${desk}. ${"Say what to do first, and then why. ".repeat(20)}`,
  },
  { role: "user", content: `${`Something about the ${desk} went wrong yesterday. `.repeat(15)}What now?` },
];

/** Four conversations of four turns, side by side. */
async function converse(routing: "round-robin" | "affinity" | "slots") {
  for (const engine of engines) await engine.erase();
  const pool = { replicas: engines.map(({ url }) => url), routing, slots: 2 };
  const flags = { "server.port": "0", "data.directory": folder, "store.url": "memory", "telemetry.logLevel": "silent" };
  const reading = readConfig({ environment: {}, flags: { ...flags, "upstreams.pool": pool } });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  const gateway = await startGateway(reading.config);
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "sk-example" });
  const before = await evaluated();
  let prompts = 0;
  const talks = desks.map(caseOf);
  for (let turn = 1; turn <= 4; turn++)
    for (const talk of talks) {
      const answer = await client.chat.completions.create({ model: "random", messages: talk, max_tokens: 8 });
      prompts += answer.usage?.prompt_tokens ?? 0;
      talk.push({ role: "assistant", content: answer.choices[0]?.message.content ?? "" });
      talk.push({ role: "user", content: `I did that. And then, in turn ${turn}?` });
    }
  console.log(`${routing}: ${(await evaluated()) - before} of ${prompts} prompt tokens were computed`);
  await gateway.close();
}

for (const routing of ["round-robin", "affinity", "slots"] as const) await converse(routing);
await Promise.all(engines.map((engine) => engine.remove()));
rmSync(folder, { recursive: true });
