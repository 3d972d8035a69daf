/** `npm run origin -- --port 9000 --latency 300 --pace 20`: a scripted origin to look at, until it is interrupted. */
import { parseArgs } from "node:util";
import type { ReceivedCall } from "./received-call.ts";
import { isRecord } from "./scripted-chat.ts";
import { startScriptedOrigin } from "./scripted-origin.ts";

const usage = `Usage: npm run origin -- [options]

A chat service on loopback that answers like an OpenAI API.

  --port N      port (default 9000; 0 for any free one)
  --host H      address (default 127.0.0.1)
  --latency MS  wait before the first byte (default 0)
  --pace MS     wait between the chunks of a stream (default 0)
  --words N     length of an answer (default 12)
  --seed TEXT   another seed gives other answers
  --help        this text`;

function natural(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} must be a whole number, not "${text}"`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "9000" },
        host: { type: "string", default: "127.0.0.1" },
        latency: { type: "string", default: "0" },
        pace: { type: "string", default: "0" },
        words: { type: "string", default: "12" },
        seed: { type: "string", default: "" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function describe({ order, method, path, json }: ReceivedCall): string {
  if (!isRecord(json) || json["model"] === undefined) return `${order + 1} ${method} ${path}`;
  return `${order + 1} ${method} ${path} ${json["model"]}${json["stream"] === true ? " (stream)" : ""}`;
}

const given = options();
if (given.help) {
  console.log(usage);
  process.exit(0);
}
const plan = {
  latencyMs: natural("latency", given.latency),
  paceMs: natural("pace", given.pace),
  words: natural("words", given.words),
};
const port = natural("port", given.port);
try {
  const onCall = (call: ReceivedCall) => console.log(describe(call));
  const origin = await startScriptedOrigin({ plan, port, host: given.host, seed: given.seed, onCall });
  console.log(`Scripted origin at ${origin.url} (Ctrl-C ends it)`);
} catch (error) {
  console.error(`The origin cannot start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
