// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment, as a configuration writes them

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { callsIn, newReading } from "../../../src/cli/simulate/log-calls.ts";
import { sourceOf } from "../../../src/cli/simulate/log-records.ts";
import { RecordSplitter } from "../../../src/cli/simulate/record-splitter.ts";
import { DelimitedTextMistake, delimitedRows } from "../../../src/cli/tune/delimited-text.ts";
import { InvalidOptionError } from "../../../src/core/errors.ts";
import { describeMistake, readConfig } from "../../../src/gateway/config.ts";
import { readMemcachedUrl } from "../../../src/stores/memcached-url.ts";
import { readPostgresUrl } from "../../../src/stores/postgres-url.ts";
import { readRedisUrl } from "../../../src/stores/redis-url.ts";
import { shownStoreUrl, storeUrlMistake } from "../../../src/stores/store-url.ts";
import { cutUp, type FuzzTarget, promise, refusedOr, textOf } from "../fuzz-target.ts";

/** A file is written for each run, which is quicker where none reaches a disk. */
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "reprise-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A configuration is read, or each of its mistakes is told in one line. */
export const configTarget: FuzzTarget = {
  name: "config",
  seeds: [
    "server:\n  port: 8787\nupstreams:\n  a:\n    url: https://api.example.com/v1\n    headers: { x-a: ${KEY} }\nmodels: { 'gpt-*': a }\n",
    "rules:\n  - when: { model: 'gpt-*', tag: a }\n    ttl: 1h\n    staleWhileRevalidate: 10m\n    stochastic: { variants: 3 }\nlayers:\n  semantic: { mode: serve, threshold: 0.9 }\n",
    "store: { url: 'redis://u:p@h:1/2?keyPrefix=x:' }\nsecurity: { masterKey: '${KEY}' }\ncompat: { headers: [litellm] }\n",
    "a: &x [1]\nb: *x\n<<: { c: 1 }\n? [k]\n: v\n",
    '{"server":{"port":"x"}}',
  ],
  words: [
    "server:",
    "rules:",
    "ttl: ",
    "${KEY}",
    "${",
    "&a ",
    "*a",
    "!!binary ",
    "? ",
    "null",
    "layers:",
    "url: ",
    "__proto__: {}",
  ],
  run(input) {
    const file = join(folder, input[0] === 0x7b ? "config.json" : "config.yaml");
    writeFileSync(file, input);
    const { emitWarning } = process;
    // The parser of YAML warns of odd keys, which are told as mistakes anyway.
    process.emitWarning = () => {};
    const reading = readConfig({ file, environment: { KEY: "a-secret-of-the-environment" }, flags: {} });
    process.emitWarning = emitWarning;
    promise(Object.getPrototypeOf({}) === Object.prototype && !("c" in {}), "a prototype was changed");
    if (reading.ok) return;
    promise(reading.mistakes.length > 0, "refused without a mistake");
    for (const mistake of reading.mistakes) {
      const line = describeMistake(mistake);
      promise(!/[\r\n]/.test(line), "a mistake is told in several lines");
    }
  },
};

/** Logs for `reprise simulate`: what cannot be used is counted, and nothing ends the reading. */
export const logTarget: FuzzTarget = {
  name: "log",
  seeds: [
    '{"v":1,"at":"2026-01-01T00:00:00.000Z","protocol":"openai-chat","endpoint":"/chat/completions","tenant":"t","request":{"model":"m","messages":[]},"outcome":"miss","answer":{"choices":[]},"durationMs":5}\n',
    '[{"request_id":"1","startTime":"2026-01-01","call_type":"acompletion","model":"m","messages":[{"role":"user","content":"a"}],"response":{"choices":[]},"api_base":"https://x/v1"},\n{"a":"]}"}]',
    '{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]},"response":{"status_code":200,"body":{"choices":[]}}}\n',
    '{"task_id":1,"traj":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"trial":0}\n',
    "\ufeff\n{}\n[]\nnull\n{\n",
  ],
  words: [
    '"request":',
    '"response":',
    '"messages":',
    '"startTime":',
    "null",
    "[]",
    "\n",
    '"model":"m"',
    '"url":"/v1/embeddings"',
    '"traj":',
  ],
  async run(input) {
    const source = sourceOf("log", input.length, () => Readable.from(cutUp(input, input.subarray(0, 4))));
    const reading = newReading();
    let calls = 0;
    for await (const some of callsIn(source, {} as never, reading)) calls += some.length;
    promise(calls === reading.calls, "calls are counted that were not read");
    const split = (pieces: readonly Uint8Array[]) => {
      const splitter = new RecordSplitter();
      return [...pieces.flatMap((piece) => [...splitter.push(piece)]), ...splitter.end()];
    };
    const cut = split(cutUp(input, Uint8Array.of(2, 0, 9)));
    promise(isDeepStrictEqual(cut, split([input])), "where a log is cut shows in its records");
  },
};

export const delimitedTarget: FuzzTarget = {
  name: "delimited",
  seeds: ['a,b,label\n"x ""y""\nz",b,1\r\n', "a\tb\n\n"],
  words: ['""', '",', "\r\n", "\t"],
  run(input) {
    for (const delimiter of [",", "\t"] as const) {
      const rows = refusedOr(() => [...delimitedRows(textOf(input), delimiter)], DelimitedTextMistake);
      promise(rows === undefined || rows.every(({ cells }) => cells.length > 0), "a row without cells");
    }
  },
};

/** Addresses of stores: read, or refused without repeating what may be a password. */
export const storeUrlTarget: FuzzTarget = {
  name: "store-url",
  seeds: [
    "redis://user:hunter2@host:6379/3?keyPrefix=x",
    "redis+sentinel://a:1,[::1]:2/master?db=1&sentinelPassword=hunter2",
    "memcached://h1:1,h2?keyPrefix=x",
    "postgres://u:hunter2@h:5432/db?sslmode=require",
    "sqlite:/tmp/x",
  ],
  words: ["redis://", "rediss+cluster://", "@", "hunter2", ":", "%", "?keyPrefix=", "&", ",", "[::1]", "postgres://"],
  run(input) {
    const url = textOf(input);
    for (const read of [readRedisUrl, readMemcachedUrl, readPostgresUrl]) {
      try {
        read(url);
      } catch (error) {
        promise(error instanceof InvalidOptionError, `threw ${String(error)}`);
        const told = `${error.message} ${error.remedy}`;
        promise(!told.includes("hunter2"), "a mistake repeats a password");
      }
    }
    const mistake = storeUrlMistake(url);
    promise(!`${mistake?.rule}${mistake?.remedy}`.includes("hunter2"), "a mistake repeats a password");
    if (/^[a-z+]+:\/\/[^@/?#]*:hunter2@/.test(url))
      promise(!shownStoreUrl(url).includes(":hunter2@"), "a password is shown");
  },
};
