import process from "node:process";
import type { Log } from "../telemetry/log.ts";
import { secretsOf, withoutSecretsIn } from "./secrets.ts";
import { pino } from "./vendor.ts";

/** What the gateway writes about itself: lines of JSON on standard output, and its last words on standard error. */

/**
 * Without bodies, and without the secrets of the configurations that it is told of, wherever they stand in a line. Each line
 * has these `fields`.
 */
export function createLog(level: string, fields: Readonly<Record<string, unknown>> = {}): Log {
  const secrets = new Secrets();
  const hooks = { streamWrite: (line: string) => secrets.hiddenIn(line) };
  const log = pino({ level, redact: ["authorization", "*.authorization"], hooks }).child(fields);
  return Object.assign(log, { hideSecretsOf: (config: unknown) => secrets.add(config) });
}

/** An error that nobody caught ends the process, as it does by itself, but says nothing that is secret. */
export function endWithoutSecrets(config: unknown): void {
  const secrets = new Secrets();
  secrets.add(config);
  process.on("uncaughtException", (error) => {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${secrets.hiddenIn(told)}\n`, () => process.exit(1));
  });
}

class Secrets {
  readonly #known = new Set<string>();

  /** Those of before stay: what they opened may still be under way. */
  add(config: unknown): void {
    for (const secret of secretsOf(config)) this.#known.add(secret);
  }

  hiddenIn(text: string): string {
    return withoutSecretsIn(text, [...this.#known]);
  }
}
