import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { chatPath, question } from "../e2e/chat-call.ts";
import { exchange, keepingAgent } from "../e2e/http-exchange.ts";
import { temporaryFolder } from "../e2e/running-gateway.ts";
import { seededRandom } from "../topology/cache-harness.ts";
import type { SoakSample } from "./soak-child.ts";

/**
 * A gateway with little memory under a steady rate of calls, most of them for something new, of very different sizes. What
 * it holds is looked at between calls, when nothing is under way: in the last third of the run it is no more than in the
 * second, by when every bound has been reached. `npm run soak` does the same for an hour.
 */

const minutes = Number(process.env["REPRISE_SOAK_MINUTES"] ?? 0.1);
const seed = 5;
const samples = Math.max(24, Math.min(240, Math.round(minutes * 60)));
const callsASecond = 200;
const everyMs = 20;
/** Of the callers; those to the origin come and go with them. */
const connections = 8;
const heapMegabytes = 128;
const sizes = [200, 2_000, 20_000, 100_000, 400_000];

interface Sample extends SoakSample {
  readonly descriptors: number;
}

test(
  `a gateway with a small heap holds no more after ${minutes} minutes than before (T6)`,
  async () => {
    const folder = temporaryFolder();
    const file = join(folder, "reprise.json");
    const store = {
      memoryBytes: "12mb",
      maxBytes: "48mb",
      lookupBudget: "10s",
      readDeadline: "10s",
      writeDeadline: "10s",
    };
    const upstreams = { main: { url: await startSizedOrigin() } };
    writeFileSync(file, JSON.stringify({ upstreams, store, telemetry: { logLevel: "silent" } }));
    const execArgv = ["--expose-gc", `--max-old-space-size=${heapMegabytes}`];
    const child = fork(fileURLToPath(new URL("./soak-child.ts", import.meta.url)), [file, folder], { execArgv });
    onTestFinished(async () => {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
    });
    const [url] = (await once(child, "message")) as [string];
    const agent = keepingAgent(connections);
    onTestFinished(() => agent.destroy());

    const { fraction } = seededRandom(seed);
    const statuses = new Map<string, number>();
    let asked = 0;
    const ask = async (): Promise<void> => {
      const isRepeat = fraction() < 0.3;
      const number = isRepeat ? Math.max(0, asked - Math.floor(fraction() * 200)) : asked++;
      const size = sizes[number % sizes.length] as number;
      const body = question(`${size} of question ${number}`, { stream: number % 2 === 0 });
      const headers = { "content-type": "application/json" };
      const { status, whole } = await exchange(url + chatPath, { body, headers, agent });
      const outcome = `${status} ${whole}`;
      statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
    };
    const taken: Sample[] = [];
    for (let round = 0; round < samples; round++) {
      await atRate((minutes * 60_000) / samples, ask);
      child.send("sample");
      const [sampled] = (await once(child, "message")) as [SoakSample];
      taken.push({ ...sampled, descriptors: readdirSync(`/proc/${child.pid}/fd`).length });
    }
    expect([...statuses.keys()]).toEqual(["200 true"]);
    expect(child.exitCode).toBeNull();

    const third = Math.floor(samples / 3);
    const [second, last] = [taken.slice(third, 2 * third), taken.slice(-third)];
    const most = (some: readonly Sample[], of: (one: Sample) => number) => Math.max(...some.map(of));
    const median = (some: readonly Sample[], of: (one: Sample) => number) =>
      some.map(of).sort((a, b) => a - b)[Math.floor(some.length / 2)] as number;
    const megabytes = (some: readonly Sample[]) => median(some, ({ bytes }) => bytes) / 2 ** 20;
    const summary = {
      calls: statuses.get("200 true"),
      second: megabytes(second),
      last: megabytes(last),
      at: last.at(-1),
    };
    process.stderr.write(`${JSON.stringify(summary)}\n`);
    expect(megabytes(last)).toBeLessThan(1.05 * megabytes(second) + 1);
    for (const kind of new Set(taken.flatMap(({ resources }) => Object.keys(resources)))) {
      const of = ({ resources }: Sample) => resources[kind] ?? 0;
      expect([kind, most(last, of)]).toEqual([kind, Math.min(most(last, of), most(second, of) + connections)]);
    }
    expect(most(last, ({ descriptors }) => descriptors)).toBeLessThanOrEqual(
      most(second, ({ descriptors }) => descriptors) + connections,
    );
  },
  300_000 + minutes * 120_000,
);

/** So many calls a second for `durationMs`, however long each takes; resolves when all have ended. */
async function atRate(durationMs: number, call: () => Promise<void>): Promise<void> {
  const calls: Promise<void>[] = [];
  const rounds = Math.max(1, Math.round(durationMs / everyMs));
  await new Promise<void>((resolve) => {
    let round = 0;
    const ticking = setInterval(() => {
      for (let index = 0; index < (callsASecond * everyMs) / 1_000; index++) calls.push(call());
      if (++round < rounds) return;
      clearInterval(ticking);
      resolve();
    }, everyMs);
  });
  await Promise.all(calls);
}

/** A model that answers as long as the question says: a document, or a stream of pieces. */
async function startSizedOrigin(): Promise<string> {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const { stream, messages } = JSON.parse(text) as { stream: boolean; messages: [{ content: string }] };
    const content = "x".repeat(Number.parseInt(messages[0].content, 10));
    const base = { id: "chatcmpl-1", created: 1, model: "scripted-large" };
    if (!stream) {
      const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
      const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...base, object: "chat.completion", choices: [choice], usage }));
      return;
    }
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let from = 0; from < content.length; from += 4_000)
      response.write(chunk({ content: content.slice(from, from + 4_000) }, null));
    response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}
