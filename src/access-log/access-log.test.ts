import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Answer } from "../core/answer.ts";
import { ManualClock, systemRandom } from "../core/clock.ts";
import type { Pricer } from "../core/cost.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { AccessLog } from "./access-log.ts";
import type { LogContent } from "./access-log-options.ts";
import type { AnsweredCall } from "./answered-call.ts";

function logInto(pricer: Pricer, content: LogContent = "redacted") {
  const folder = mkdtempSync(join(tmpdir(), "reprise-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "access.jsonl");
  const log = new AccessLog(
    { path, sample: 1, content, maxBytes: 1e9, keep: 1 },
    {
      ...{ clock: new ManualClock(), random: systemRandom, pricer, onTrouble: () => {} },
      key: fingerprintKey(Buffer.alloc(32, 3)),
    },
  );
  const lines = () =>
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines };
}

/** Hears of each line that is begun. */
function pricer(onLine: (model: string) => void): Pricer {
  const price = ({ model }: { readonly model: string }) => {
    onLine(model);
    return { usage: undefined, price: undefined };
  };
  return { price } as unknown as Pricer;
}

function call(content: string): AnsweredCall {
  const body = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }] }));
  const answer = {
    status: 400,
    headers: {},
    body: Buffer.from("{}"),
    outcome: { kind: "error", code: "invalid_request" },
  } as unknown as Answer;
  return {
    request: { protocol: openAiChat, endpoint: "/chat/completions", query: "", rawHeaders: [], body },
    call: { originId: "http://origin/v1", principal: { tenant: "t", user: undefined }, facts: { model: content } },
    caller: { onAbandon: () => {} },
    ...{ answer, at: 1, startedAt: 0 },
  };
}

test("a call that cannot be put into words is counted as missing, and the others are written", async () => {
  const { log, lines } = logInto(
    pricer((model) => {
      if (model === "odd") throw new Error("no price can be made of this");
    }),
  );
  for (const content of ["one", "odd", "two"]) log.answered(call(content));
  await log.close();
  expect(lines().map(({ model, dropped }) => model ?? dropped)).toEqual(["one", "two", 1]);
  expect(log.dropped).toBe(1);
});

test("of a call in a shared scope it says who asked", async () => {
  const { log, lines } = logInto(pricer(() => {}));
  const asked = call("one");
  const sharing = { scope: "house", tenant: "acme", member: "member:x", requestBytes: 9, delay: false, agreements: 2 };
  const principal = { tenant: "shared:house", user: "member:x" };
  log.answered({ ...asked, call: { ...asked.call, principal, sharing } });
  await log.close();
  expect(lines()).toMatchObject([{ tenant: "acme" }]);
  expect(lines()[0]).not.toHaveProperty("user");
});

test("large calls are put into words one at a time, so that others have their turn between", async () => {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const seen: number[] = [];
  const { log, lines } = logInto(pricer(() => seen.push(turns)));
  for (const letter of "abcd") log.answered(call(letter.repeat(600_000)));
  await log.close();
  isOver = true;
  expect(lines()).toHaveLength(4);
  expect(new Set(seen).size).toBe(4);
});

test("what streams have said counts as what waits, too, so that many of them do not fill the memory", async () => {
  const { log } = logInto(pricer(() => {}));
  const recording = { form: "events", body: new Uint8Array(1024 * 1024), model: "m", usage: undefined } as const;
  const complete = Promise.resolve({ status: 200, recording, stored: { state: "pending" } as const });
  const asked = call("m");
  const body = (async function* () {})() as unknown as Answer["body"];
  for (let index = 0; index < 40; index++) log.answered({ ...asked, answer: { ...asked.answer, body, complete } });
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.dropped).toBe(40 - 31);
  await log.close();
});

test("masked it says what was said, and none of the personal data in it", async () => {
  const { log, lines } = logInto(
    pricer(() => {}),
    "masked",
  );
  const asked = call("Write to jane@example.com, please.");
  const rawHeaders = ["OpenAI-Project", "jane@example.com"];
  log.answered({ ...asked, request: { ...asked.request, rawHeaders }, call: { ...asked.call, facts: { model: "m" } } });
  await log.close();
  const [line] = lines();
  expect(line).toMatchObject({ content: "masked" });
  const content = /^Write to (~[\w-]{16}:16), please\.$/;
  expect(line).toHaveProperty("request.messages.0.content", expect.stringMatching(content));
  expect(JSON.stringify(line)).not.toContain("jane");
});
