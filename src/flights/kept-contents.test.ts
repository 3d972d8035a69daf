import { expect, onTestFinished, test } from "vitest";
import type { Asked } from "../core/call.ts";
import { ManualClock } from "../core/clock.ts";
import type { Origin } from "../core/origin.ts";
import type { Costs } from "../costs.ts";
import { gemini } from "../protocols/gemini.ts";
import { KeptContents } from "./kept-contents.ts";

/** Whose a beginning is that was kept, also where two who ask were taken for one tenant. */

const endpoint = "/v1beta/models/gemini-2.5-pro:generateContent";
const body = Buffer.from(
  JSON.stringify({
    systemInstruction: { parts: [{ text: "A rule of the house. ".repeat(10_000) }] },
    contents: [{ role: "user", parts: [{ text: "Why?" }] }],
  }),
);
const origin: Origin = {
  id: "https://generativelanguage.googleapis.com/v1beta",
  send: async () => ({
    ...{ status: 200, headers: {} },
    body: (async function* () {
      yield Buffer.from(JSON.stringify({ name: "cachedContents/1", usageMetadata: { totalTokenCount: 50_000 } }));
    })(),
  }),
};

interface Shown {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function asked({ query = "", headers = {} }: Shown): Asked {
  const parsed = gemini.parseRequest(body, endpoint, query);
  const principal = { tenant: "one", user: undefined };
  const call = {
    protocol: gemini,
    originId: origin.id,
    target: endpoint + query,
    headers,
    facts: parsed.facts,
    principal,
  };
  return { origin, parsed: () => parsed, call } as unknown as Asked;
}

test.each<[string, (name: string) => Shown]>([
  ["a bearer token", (name) => ({ headers: { authorization: `Bearer ${name}` } })],
  ["a key", (name) => ({ headers: { "x-goog-api-key": name } })],
  ["another field of a credential", (name) => ({ headers: { "x-goog-iam-authorization-token": name } })],
  ["a project that pays", (name) => ({ headers: { "x-goog-user-project": name } })],
  ["a key in the query", (name) => ({ query: `?key=${name}` })],
  ["a token in the query", (name) => ({ query: `?alt=sse&access_token=${name}` })],
  ["a name that is escaped", (name) => ({ query: `?%6bey=${name}` })],
  ["a query with two question marks", (name) => ({ query: `?a=?&key=${name}` })],
])("is of who showed the credential: %s", async (_, shown) => {
  const clock = new ManualClock();
  const costs = { spendOn() {}, saveByMarks() {} } as unknown as Costs;
  const contents = new KeptContents([], { clock, costs });
  onTestFinished(() => contents.close());
  for (let turn = 0; turn < 8; turn++) {
    contents.use(asked(shown("a")));
    clock.advance(20_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(contents.use(asked(shown("a")))?.content?.name).toBe("cachedContents/1");
  expect(contents.use(asked(shown("b")))?.content).toBeUndefined();
});
