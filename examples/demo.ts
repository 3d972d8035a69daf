/**
 * A working day of a support desk, in some seconds: `npm run demo`.
 *
 * Starts a scripted model and the gateway in this process, on free ports, with a store in a temporary folder. Nothing
 * leaves the machine. The waiting times of the scripted model are made up; everything in the table at the end is
 * counted or measured.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
// In a project of your own: from "reprise/gateway" and "reprise/testing".
import { describeMistake, type Gateway, type GatewayConfig, readConfig, startGateway } from "../src/gateway/index.ts";
import { type ReceivedCall, type ScriptedOrigin, startScriptedOrigin } from "../src/testing/index.ts";
import { Desk, type Exchange, type Wish } from "./demo/desk.ts";
import { median, type Prices, report } from "./demo/ledger.ts";
import { answerTo, everyday, news, status, untimely } from "./demo/questions.ts";

const prices: Prices = { input: 2.5, output: 10 };
const shortTtlMs = 1_000;
const atOnce = 4;

const folder = mkdtempSync(join(tmpdir(), "reprise-demo-"));
let origin = await startScriptedOrigin({ plan: answerOf });
let gateway: Gateway | undefined;
let earlierCalls = 0;
try {
  await day();
} finally {
  await gateway?.close();
  await origin.close();
  rmSync(folder, { recursive: true, force: true });
}

async function day(): Promise<void> {
  const config = configuration(origin, 0);
  gateway = await startGateway(config);
  const { port } = new URL(gateway.url);
  const desk = new Desk(`${gateway.url}/v1`);
  console.log(`A day at the support desk. Model: ${origin.url}, gateway: ${gateway.url}, data: ${folder}\n`);

  const questions = everyday.map(({ text }) => text);
  await act(desk, "08:00  the desk opens, every question is new", wishes("support", questions));
  await act(desk, "09:00  the same questions again, half of them as streams", [
    ...wishes("support", questions),
    ...wishes("support", questions, { stream: true }),
  ]);
  await act(
    desk,
    "10:00  the model's own facts, good for a second",
    wishes("support", texts(status), { namespace: "live" }),
  );
  const lastStatusAt = performance.now();

  const crowd = Array.from({ length: 12 }, (_, index) => ({
    team: "support",
    question: news.text,
    stream: index % 2 === 0,
  }));
  await act(desk, "11:00  twelve people ask the same at the same moment", crowd, crowd.length);
  await act(
    desk,
    "12:00  another team with a key of its own sees nothing of it",
    wishes("sales", questions.slice(0, 6)),
  );
  await act(desk, "12:30  and then has answers of its own", wishes("sales", questions.slice(0, 6)));

  await gateway.close();
  gateway = await startGateway({ ...config, server: { ...config.server, port: Number(port) } });
  await act(desk, "13:00  the gateway was restarted, SQLite has kept the answers", wishes("support", questions));

  const originPort = origin.port;
  earlierCalls = origin.callCount;
  await origin.close();
  await wait(Math.max(0, shortTtlMs + 100 - (performance.now() - lastStatusAt)));
  await act(
    desk,
    "14:00  the model cannot be reached: what is fresh is a hit",
    wishes("support", questions.slice(0, 8)),
  );
  await act(
    desk,
    "14:10  what is past its time is served as stale",
    wishes("support", texts(status), { namespace: "live" }),
  );
  await act(desk, "14:20  what was never asked fails, and says so", wishes("support", [untimely.text]));
  origin = await startScriptedOrigin({ plan: answerOf, port: originPort });
  await act(desk, "15:00  the model is back", wishes("support", [untimely.text, untimely.text]), 1);

  const version = "conditions-2";
  await act(
    desk,
    "16:00  new rental conditions, a new version label",
    wishes("support", questions.slice(0, 8), { version }),
  );
  await act(
    desk,
    "17:00  which fills again",
    wishes("support", [...questions.slice(0, 8), ...questions.slice(0, 8)], { version }),
  );

  const originCalls = earlierCalls + origin.callCount;
  console.log(`\n${report(desk.exchanges, originCalls, prices)}`);
  console.log(
    "The scripted model waits 0.2 to 0.5 s on purpose, so times and money say how this works, not what you will save.",
  );
  checkBooks(desk.exchanges, originCalls);
}

/** Asks `these`, `concurrency` at a time, and prints what came of it. */
async function act(desk: Desk, title: string, these: readonly Wish[], concurrency = atOnce): Promise<void> {
  const results: Exchange[] = [];
  const queue = [...these];
  const worker = async () => {
    for (let wish = queue.shift(); wish !== undefined; wish = queue.shift()) results.push(await desk.ask(wish));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const counts = Map.groupBy(results, (result) => result.status);
  const shown = [...counts].map(([name, some]) => `${some.length} ${name}`).join(", ");
  const time = median(results.map(({ durationMs }) => durationMs));
  console.log(`${title.padEnd(64)} ${shown.padEnd(22)} median ${time.toFixed(1).padStart(6)} ms`);
}

function wishes(team: string, questions: readonly string[], rest: Omit<Wish, "team" | "question"> = {}): Wish[] {
  return questions.map((question) => ({ team, question, ...rest }));
}

function texts(questions: typeof everyday): string[] {
  return questions.map(({ text }) => text);
}

/** A model that takes between a fifth and half a second, a little longer for streams. */
function answerOf(call: ReceivedCall) {
  const { messages } = call.json as { messages: { content: string }[] };
  const spread = Number.parseInt(call.bodyDigest.slice(0, 4), 16) % 300;
  return { content: answerTo(messages.at(-1)?.content ?? ""), latencyMs: 200 + spread, paceMs: 4 };
}

/** What a configuration file would say; read as one, so that it is checked as one. */
function configuration(model: ScriptedOrigin, port: number): GatewayConfig {
  const file = join(folder, "reprise.json");
  const settings = {
    server: { port },
    data: { directory: join(folder, "data") },
    upstreams: { scripted: { url: model.url } },
    rules: [{ match: { namespace: "live" }, ttl: `${shortTtlMs}ms`, ttlJitter: 0, staleIfError: "1h" }],
    telemetry: { logLevel: "silent" },
  };
  writeFileSync(file, JSON.stringify(settings));
  const reading = readConfig({ file, environment: {}, flags: {} });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  return reading.config;
}

/** The answers say who computed them, and the origin counts for itself: the two must agree. */
function checkBooks(exchanges: readonly Exchange[], originCalls: number): void {
  const computed = exchanges.filter((one) => one.status === "MISS" || one.status === "REFRESH").length;
  if (computed === originCalls) return;
  console.error(
    `\nThe books do not balance: ${computed} answers were computed, the origin was called ${originCalls} times.`,
  );
  process.exitCode = 1;
}
