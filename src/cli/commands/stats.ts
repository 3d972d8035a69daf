import process from "node:process";
import { Command } from "commander";
import { systemClock } from "../../core/clock.ts";
import { RepriseError } from "../../core/errors.ts";
import { sleep } from "../../core/sleep.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { readWindow, windowRule } from "../../telemetry/rollups/periods.ts";
import type { StatsReport, TimeseriesReport } from "../../telemetry/rollups/stats-report.ts";
import { getFromAdmin } from "../admin-client.ts";
import type { GatewayPlace } from "../gateway-trust.ts";
import { MisuseError } from "../misuse-error.ts";
import { type Shown, statsText } from "../stats/stats-text.ts";
import { soundConfigFrom } from "./config-flags.ts";
import { lineOf } from "./error-line.ts";
import { actOnGateway, gatewayFlagsIn, withGatewayFlags } from "./gateway-flags.ts";
import type { Report } from "./report.ts";

/** `reprise stats`: what a running gateway, and all that share its store, have saved; by its admin API. */

interface StatsFlags extends GatewayPlace {
  readonly window: string;
  readonly watch?: true;
}

const watchMs = 2_000;

export function statsCommand(): Command {
  return withGatewayFlags(new Command("stats"))
    .description("Show what a running gateway, and others that share its store, have saved.")
    .option("--window <duration>", "how far back: minutes, hours or days up to 90d", "24h")
    .option("--watch", "go on showing it, every two seconds, until Ctrl-C")
    .addHelpText("after", examples)
    .action((flags: StatsFlags) => (flags.watch === undefined ? once(flags) : watch(flags)));
}

const examples =
  "\nExamples:\n  reprise stats\n  reprise stats --window 90m --watch\n  reprise stats --window 30d --json\n\n" +
  "list price: what the origin would have charged. at least: as if it had read every prompt from a cache of its own.\n" +
  "booked: answers, and parts of them, whose saving counts; wrong: reported as wrong, and taken off.";

function once(flags: StatsFlags): Promise<void> {
  return actOnGateway(flags, "stats", async (config) => reportOf(await seen(config, flags)));
}

function reportOf(shown: Shown): Report {
  return { json: shown.stats, text: statsText(shown) };
}

/** Until somebody has seen enough. A gateway that is away for a while is waited for. */
async function watch(flags: StatsFlags): Promise<void> {
  const reading = soundConfigFrom(gatewayFlagsIn(flags));
  if (reading === undefined) return;
  const isJson = gatewayFlagsIn(flags)["json"] !== undefined;
  let isOver = false;
  const over = new Promise<void>((resolve) =>
    process.once("SIGINT", () => {
      isOver = true;
      resolve();
    }),
  );
  while (!isOver) {
    const shown = await seen(reading.config, flags).catch((error: unknown) => error);
    if (isOver) return;
    if (shown instanceof MisuseError) return actOnGateway(flags, "stats", () => Promise.reject(shown));
    process.stdout.write(isJson ? jsonLine(shown) : page(shown));
    await Promise.race([over, sleep(systemClock, watchMs)]);
  }
}

function jsonLine(shown: unknown): string {
  if (!RepriseError.isInstance(shown)) return `${JSON.stringify({ ok: true, ...(shown as Shown).stats })}\n`;
  const { code, message } = shown;
  return `${JSON.stringify({ ok: false, action: "stats", error: { code, message } })}\n`;
}

/** From the top of a terminal; one below the other where it is none. */
function page(shown: unknown): string {
  const clear = process.stdout.isTTY ? "\u001b[H\u001b[2J" : "";
  if (!RepriseError.isInstance(shown)) return `${clear}${statsText(shown as Shown)}\n`;
  return `${clear}reprise: ${lineOf({ message: shown.message, remedy: shown.remedy ?? "" })}\n`;
}

async function seen(config: GatewayConfig, flags: StatsFlags): Promise<Shown> {
  const { window } = flags;
  if (readWindow(window) === undefined) throw new MisuseError(`--window ${windowRule}`, "Correct it, or leave it out.");
  const series = (metric: string) =>
    getFromAdmin(config, flags, `/timeseries?metric=${metric}&window=${window}`) as Promise<TimeseriesReport>;
  const stats = (await getFromAdmin(config, flags, `/stats?window=${window}`)) as StatsReport;
  const [calls, usd, miss] = await Promise.all([series("requests"), series("saved.usd"), series("latency.miss.p95")]);
  return { stats, series: { calls, usd, miss } };
}
