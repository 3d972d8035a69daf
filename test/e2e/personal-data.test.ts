import { describe, expect, test } from "vitest";
import type { ReceivedCall } from "../../src/testing/index.ts";
import { callAdmin } from "./admin-call.ts";
import { ask, question, reasonOf, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { exchange } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { inMemory, type RunningGateway, runGateway, runOrigin } from "./running-gateway.ts";
import { askUntilStored } from "./stored-answer.ts";

/** What holds personal data, through the gateway: who may see it, and who never does. */

const secret = "sk-ant-api03-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA";
const personal = "Write to jane.doe@example.com that I am late.";
const told = (content: string): string => `The contact of ${content} is bob@example.org.`;

/** A model that tells an address to whoever asks for a contact. */
function model(call: ReceivedCall) {
  const { messages } = call.json as { messages: { content: string }[] };
  const content = messages.at(-1)?.content ?? "";
  return content.includes("contact") ? { content: told(content) } : { content: "All is well." };
}

const settings = {
  ...inMemory,
  layers: { semantic: { mode: "serve" } },
  rules: [
    { match: { namespace: "faq" }, edge: "public" },
    { match: { namespace: "own" }, personalData: "user-scope" },
    { match: { namespace: "none" }, personalData: "no-store" },
  ],
};
async function run(): Promise<RunningGateway> {
  return runGateway(await runOrigin({ plan: model }), settings);
}

const within = (namespace: string, user?: string) => ({
  "x-ai-cache-namespace": namespace,
  ...(user === undefined ? {} : { "x-ai-user": user }),
});

const layerOf = ({ headers }: { headers: Record<string, unknown> }) => headers["x-ai-cache-layer"];

describe("personal data", () => {
  test("of a request is for its user, or for nobody, as the rule says; metrics count its kinds", async () => {
    const gateway = await run();
    const body = question(personal);
    const outcome = async (headers: Record<string, string>) => {
      const answer = await ask(gateway, body, headers);
      return statusOf(answer) === "HIT" ? "HIT" : `${statusOf(answer)} ${reasonOf(answer)}`;
    };
    expect(await outcome(within("own"))).toBe("BYPASS personal_data");
    expect(await outcome(within("own", "ann"))).toBe("MISS absent");
    expect(await outcome(within("own", "bob"))).toBe("MISS absent");
    await eventually("it is stored", async () => (await outcome(within("own", "ann"))) === "HIT");
    for (let time = 0; time < 2; time++) expect(await outcome(within("none", "ann"))).toBe("BYPASS personal_data");
    const passed = await ask(gateway, question(`Why does ${secret} fail?`));
    expect([statusOf(passed), reasonOf(passed)]).toEqual(["BYPASS", "personal_data"]);
    expect(passed.headers["cache-status"]).toBe("reprise; fwd=bypass; fwd-status=200; detail=personal_data");
    const samples = await scrape(gateway);
    expect(total(samples, "reprise_personal_data_total", { kind: "email" })).toBe(5);
    expect(total(samples, "reprise_personal_data_total", { kind: "secret" })).toBe(1);
    expect(total(samples, "reprise_bypass_total", { reason: "personal_data" })).toBe(4);
  });

  test("of an answer: no twin, no publication, no answer to a like question", async () => {
    const gateway = await run();
    const like = [question("contact of the press"), question("Contact of the PRESS!")] as const;
    const first = await askUntilStored(gateway, like[0], within("faq"));
    expect(first.headers).not.toHaveProperty("content-location");
    expect(statusOf(await ask(gateway, like[1], within("faq")))).toBe("MISS");
    const entry = first.headers["x-ai-cache-entry"];
    const published = await callAdmin(gateway, "/answers", { body: { slug: "press", entry } });
    expect([published.status, published.text]).toEqual([400, expect.stringContaining("personal data (email)")]);
    // The same calls without such data have all of it.
    const plain = [question("State of the sea"), question("state of the SEA?")] as const;
    const open = await askUntilStored(gateway, plain[0], within("faq"));
    expect((await exchange(gateway.url + String(open.headers["content-location"]))).status).toBe(200);
    await eventually(
      "the question is known",
      async () => layerOf(await ask(gateway, plain[1], within("faq"))) === "semantic",
    );
  });
});
