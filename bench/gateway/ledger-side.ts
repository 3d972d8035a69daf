import process from "node:process";
import { readConfig, startGateway } from "../../src/gateway/index.ts";
import { Ledger } from "../../src/telemetry/ledger.ts";
import { Rollups } from "../../src/telemetry/rollups/rollups.ts";
import { CounterTally, HistogramTally } from "../../src/telemetry/tally.ts";
import { answerQuestions } from "../child-process.ts";
import { ProcessorShare } from "../servers/processor-share.ts";

/** The gateway from the sources, as it is or deaf to what it would count: `all`, `metrics` or `nothing`, folder, upstream. */

const [side, folder = "", upstream = ""] = process.argv.slice(2);

const deaf = (): void => {};
if (side !== "all") {
  Ledger.prototype.hear = deaf;
  Rollups.prototype.hear = deaf;
}
if (side === "nothing") {
  CounterTally.prototype.add = deaf;
  HistogramTally.prototype.observe = deaf;
}

const flags = { "server.port": "0", "data.directory": folder, upstream, "telemetry.logLevel": "warn" };
const reading = readConfig({ file: undefined, environment: {}, flags });
if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
const gateway = await startGateway(reading.config);
process.stdout.write(`listening on port ${new URL(gateway.url).port}\n`);
const share = new ProcessorShare();
answerQuestions((question: "begin" | "end") =>
  question === "begin" ? share.begin() : share.end((url) => url.includes("/src/telemetry/")),
);
process.channel?.unref();
process.once("SIGTERM", () => void gateway.close().then(() => process.exit(0)));
