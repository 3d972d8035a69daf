import { describe, expect, it } from "vitest";
import { type Cache, createCache } from "../../src/cache.ts";
import type { SharedStore } from "../../src/core/shared-store.ts";
import { eventually } from "../e2e/eventually.ts";
import { describeWithServices } from "../services/required.ts";
import { patientClock } from "../topology/patient-clock.ts";
import { type CanaryFamily, canaryFamily, traces } from "./canary.ts";
import { searchedStores } from "./searched-stores.ts";

const masterKey = Buffer.alloc(32, "a master key of tests").toString("base64");
const tenants = 50;
const secretsEach = 20;
const canaries = canaryFamily("kanarie9x");

const unsealed = canaryFamily("kanarie4y");

describe.each(searchedStores)(
  "X8, X14 (I1): a thousand secrets of fifty tenants in $name",
  ({ name, program, start }) => {
    const tests = (): void => {
      it("are in no byte of it where it is sealed, and are still found by whom they belong to", {
        timeout: 240_000,
      }, async () => {
        const store = await start();
        const plain = await open(await store.openBeside(), undefined);
        await tell(plain, 1, 2, unsealed);
        await plain.close();
        const cache = await open(store.open(), masterKey);
        for (let tenant = 0; tenant < tenants; tenant++) await tell(cache, tenant, secretsEach, canaries);
        await cache.close();
        const bytes = await store.bytes();
        expect(traces(bytes, canaries)).toEqual({});
        // What is not sealed is there: whoever looks would see it.
        expect(traces(bytes, unsealed)["plain"]).toBeGreaterThan(2);
        const later = await open(store.open(), masterKey);
        for (const number of [0, 3, 11]) {
          await eventually("an answer of before is found", async () => {
            const { outcome } = await ask(later, 7, number, canaries, { "cache-control": "only-if-cached" });
            return outcome === "HIT";
          });
        }
        await later.close();
      });
    };
    if (program === undefined) tests();
    else describeWithServices(program, name, tests);
  },
);

function open(store: SharedStore, key: string | undefined): Promise<Cache> {
  return createCache({
    ...(key !== undefined && { masterKey: key }),
    store,
    // A write that a busy machine gives up would leave nothing to find.
    clock: patientClock,
    fetch: repeat as typeof fetch,
    memoryBytes: "64mb",
    semantic: { mode: "serve" },
  });
}

/** Asks with all secrets of a tenant. */
async function tell(cache: Cache, tenant: number, count: number, family: CanaryFamily): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const { outcome, text } = await ask(cache, tenant, number, family);
      if (outcome !== "MISS" || (number % 5 !== 4 && !text.includes(family.of(tenant, number))))
        throw new Error(`${outcome}: ${text}`);
    }),
  );
}

/** Asks with a secret in all that a caller chooses: credentials, prompts, inputs, names of users. */
async function ask(cache: Cache, tenant: number, number: number, family: CanaryFamily, fields: object = {}) {
  const secret = family.of(tenant, number);
  const messages = [
    { role: "system", content: `You keep ${secret}.` },
    { role: "user", content: `What is ${secret}?` },
  ];
  const [path, body] =
    number % 5 === 4
      ? ["embeddings", { model: "e", input: [secret] }]
      : ["chat/completions", { model: "m", messages, stream: number % 5 === 3 }];
  const response = await cache.fetch(`http://origin.test/v1/${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${family.of(tenant, 0)}`,
      "content-type": "application/json",
      "x-ai-user": family.of(tenant, 1),
      ...fields,
    },
    body: JSON.stringify(body),
  });
  return { text: await response.text(), outcome: response.headers.get("x-ai-cache-status") };
}

/** An origin that repeats what it was asked. */
async function repeat(_url: unknown, init?: RequestInit): Promise<Response> {
  const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString("utf8"));
  if (body.input !== undefined)
    return Response.json({ model: "e", data: [{ index: 0, embedding: "AACAPwAAAEA=" }], usage: { prompt_tokens: 1 } });
  const content = `It is: ${body.messages.at(-1).content}`;
  const head = { id: "c", created: 1, model: body.model };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  if (body.stream !== true) {
    const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
    return Response.json({ ...head, object: "chat.completion", choices, usage });
  }
  const choices = [{ index: 0, delta: { role: "assistant", content }, finish_reason: "stop" }];
  const chunk = JSON.stringify({ ...head, object: "chat.completion.chunk", choices, usage });
  return new Response(`data: ${chunk}\n\ndata: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } });
}
