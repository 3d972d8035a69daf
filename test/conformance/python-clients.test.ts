import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { runBoth } from "../e2e/running-gateway.ts";
import { type PythonEnvironment, pythonEnvironment } from "./python-environment.ts";

/** Python's official clients, sync and async, streamed and not: the second call is a hit and the same answer. */

let environment: PythonEnvironment;

beforeAll(async () => {
  environment = await pythonEnvironment();
}, 300_000);

interface Case {
  readonly case: string;
  readonly statuses: readonly string[];
  readonly equal: boolean;
  readonly size: number;
}

async function runProgram(name: string, url: string, packages: string): Promise<Case[]> {
  const program = fileURLToPath(new URL(`python/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)("python3", [program], {
    env: { PATH: process.env["PATH"] ?? "", PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1", REPRISE_URL: url },
    timeout: 120_000,
  });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Case);
}

const forms = (client: string, names: readonly string[]) =>
  ["", ", async"].flatMap((kind) =>
    names.flatMap((name) => [
      `${client} ${name}${kind}`,
      `${client} ${name}${kind === "" ? ", streamed" : ", async and streamed"}`,
    ]),
  );

describe.each([
  ["openai_client.py", forms("openai", ["text", "tools", "json", "image"])],
  ["anthropic_client.py", forms("anthropic", ["text", "tools", "image"])],
])("S16: %s", (program, names) => {
  test("gets each answer once from the model and then from the cache, the same", async (context) => {
    if (!environment.available) {
      process.stderr.write(`\nSKIPPED: the official Python clients were not run: ${environment.reason}\n`);
      return context.skip(environment.reason);
    }
    const { origin, gateway } = await runBoth();
    origin.plan(({ json }) => replyTo(json as Readonly<Record<string, unknown>>));
    const cases = await runProgram(program, gateway.url, environment.packages);
    expect(cases.map((one) => one.case)).toEqual(names);
    for (const one of cases) {
      expect(one, one.case).toMatchObject({ statuses: ["MISS", "HIT"], equal: true });
      expect(one.size).toBeGreaterThan(100);
    }
    expect(origin.callCount).toBe(cases.length);
  }, 180_000);
});

function replyTo(request: Readonly<Record<string, unknown>>) {
  if (request["tools"] !== undefined)
    return { toolCalls: [{ name: "weather", arguments: '{"city": "Athens, \\"old\\" town"}' }] };
  return request["response_format"] === undefined ? {} : { content: '{"answer": "Πειραιάς"}' };
}
