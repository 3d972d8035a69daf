/**
 * A day of a support desk in the dashboard: `npm run demo`.
 *
 * The last 24 hours are lived in some seconds, in virtual time and with scripted models, over a store in a temporary
 * folder. Then the gateway starts on that store, the books of the day are checked, and some calls go on coming in until
 * Ctrl-C, so that there is something to look at; with `--once` it ends by itself. The day's access log is played again as
 * `reprise simulate` does it, and must give the same figures; `--log FILE` keeps it. Nothing leaves the machine. What
 * models say, take and cost is made up; everything else is counted or measured.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
// In a project of your own: from "reprise/gateway" and "reprise/testing".
import { describeMistake, type Gateway, type GatewayConfig, readConfig, startGateway } from "../src/gateway/index.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "../src/testing/index.ts";
import { differences, report, table } from "./demo/books.ts";
import { Desk } from "./demo/desk.ts";
import { everyQuestion, liveCall } from "./demo/plan-of-the-day.ts";
import { Day } from "./demo/played-day.ts";
import { prices } from "./demo/prices.ts";
import { compared, playAgain, unequal } from "./demo/same-again.ts";
import type { WireAnswer, WireRequest } from "./demo/wire.ts";

const usage = `Usage: npm run demo -- [--once] [--log FILE]

Lives a day of a support desk in some seconds and shows it in the dashboard, until Ctrl-C; with --once it ends by itself.
--log keeps the access log of the day in a file that is not there yet. Nothing leaves this machine.`;
const { once, log } = options();
const providers = ["openai", "anthropic", "gemini"] as const;

const folder = mkdtempSync(join(tmpdir(), "reprise-demo-"));
const dataFolder = join(folder, "data");
const logFile = resolve(log ?? join(folder, "day.jsonl"));
if (existsSync(logFile)) throw new Error(`${logFile} exists already; it would hold two days.`);
const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
const day = new Day(Date.now());
const origins = await Promise.all(providers.map(() => startScriptedOrigin({ plan: day.model.plan })));
let gateway: Gateway | undefined;
try {
  await demonstrate();
} finally {
  await gateway?.close();
  await Promise.all(origins.map((origin) => origin.close()));
  rmSync(folder, { recursive: true, force: true });
}

function options() {
  const known = {
    once: { type: "boolean", default: false },
    log: { type: "string" },
    help: { type: "boolean" },
  } as const;
  try {
    const { values } = parseArgs({ options: known });
    if (values.help !== true) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

async function demonstrate(): Promise<void> {
  const config = configuration(origins);
  console.log("The last 24 hours at the support desk, in virtual time:\n");
  const { desk, events, counted } = await day.play(configuration(origins, logFile));
  console.log(`${events.join("\n")}\n\n${report(desk, day.model)}\n`);

  const rows = compared(counted, await playAgain(logFile, day.replayed(config)));
  const cells = rows.map(({ what, lived, replayed }) => [what, lived, replayed]);
  console.log(`The access log of the day, played again:\n\n${table(["", "ledger", "simulate"], cells)}\n`);
  if (refuse("The log does not give the same day", unequal(rows))) return;

  day.model.isLive = true;
  const running = await startGateway(config);
  gateway = running;
  if (refuse("The books do not balance", differences(desk, day.model, await statsOf(running, "25h")))) return;
  console.log("The gateway was started on the same store. The books balance: its ledger says the same.");

  const live = new Desk((request) => send(running, request));
  for (const { wish } of everyQuestion(0)) await live.ask(wish);
  const hits = live.exchanges.filter(({ status }) => status === "HIT").length;
  console.log(`Asked of it now: ${hits} of ${live.exchanges.length} questions of the day are hits.`);
  if (once) return;
  console.log(`\nDashboard:  ${running.url}/dashboard/\nToken:      cat ${join(dataFolder, "admin-token")}`);
  console.log(`Its day:    reprise simulate ${logFile} --config ${join(folder, "reprise.json")}`);
  console.log(`            (which hears neither of the purge and the complaint, nor of refreshes that failed)\n`);
  console.log("Some calls go on coming in. Ctrl-C ends the demo and removes its folder.");
  await goOn(live);
}

/** Whether the demo ends here, since something is not as it has to be. */
function refuse(what: string, wrong: readonly string[]): boolean {
  if (wrong.length === 0) return false;
  console.error(`${what}:\n  ${wrong.join("\n  ")}`);
  process.exitCode = 1;
  return true;
}

/** A call now and then, until somebody has seen enough. */
async function goOn(live: Desk): Promise<void> {
  for (let number = 0; !ending.signal.aborted; number++) {
    const pauseMs = 400 + 1_600 * Math.random();
    await Promise.all([
      live.ask(liveCall(number)),
      wait(pauseMs, undefined, { signal: ending.signal }).catch(() => {}),
    ]);
  }
}

async function send({ url }: Gateway, { path, headers, body }: WireRequest): Promise<WireAnswer> {
  const response = await fetch(url + path, { method: "POST", headers, body });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

async function statsOf({ url }: Gateway, window: string) {
  const token = readFileSync(join(dataFolder, "admin-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/admin/v1/stats?window=${window}`, { headers });
  if (!response.ok) throw new Error(`The gateway does not tell its figures: ${response.status}.`);
  return (await response.json()) as Parameters<typeof differences>[2];
}

/** What a configuration file would say; read as one, so that it is checked as one. */
function configuration(models: readonly ScriptedOrigin[], accessLog?: string): GatewayConfig {
  const file = join(folder, "reprise.json");
  const upstreams = providers.map((protocol, index) => [protocol, { url: models[index]?.url, protocol }]);
  const settings = {
    server: { port: 0 },
    data: { directory: dataFolder },
    upstreams: Object.fromEntries(upstreams),
    layers: {
      // No jitter: it is drawn, and a replay would draw otherwise.
      exact: { ttl: "4h", ttlJitter: 0, staleWhileRevalidate: "2h" },
      semantic: { mode: "serve" },
    },
    // However busy the machine is: a look-up that is given up would be one more call to a model.
    store: { lookupBudget: "5s", readDeadline: "5s", writeDeadline: "5s" },
    rules: [
      {
        match: { namespace: "live" },
        ttl: "5m",
        ttlJitter: 0,
        staleWhileRevalidate: "1m",
        staleIfError: "1h",
        semantic: "off",
      },
      // This team only wants to see what it would save.
      { match: { namespace: "research" }, semantic: "observe" },
    ],
    prices,
    telemetry: { logLevel: "silent" },
  };
  writeFileSync(file, JSON.stringify(settings));
  const logged = { "telemetry.accessLog.path": accessLog, "telemetry.accessLog.content": "full" };
  const reading = readConfig({ file, environment: {}, flags: accessLog === undefined ? {} : logged });
  if (!reading.ok) throw new Error(reading.mistakes.map(describeMistake).join("\n"));
  return reading.config;
}
