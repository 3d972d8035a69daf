import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ScriptedOrigin, startScriptedOrigin } from "../../src/testing/index.ts";
import { aiSdkClients } from "./matrix/ai-sdk.ts";
import { anthropicClients } from "./matrix/anthropic.ts";
import { cellsOf, clientsPage, type MatrixCell } from "./matrix/clients-page.ts";
import { geminiClients } from "./matrix/gemini.ts";
import { langChainClients } from "./matrix/langchain.ts";
import { city, picture, plans, type Route, thought, weather } from "./matrix/matrix-client.ts";
import { openAiClients } from "./matrix/openai.ts";
import { addedOutcomes, type OpenRoute, openRoute } from "./matrix/routes.ts";

/** Every official SDK, over every way to the cache, in every form: the second call is a hit and the same answer. */

const clients = [...openAiClients, ...anthropicClients, ...geminiClients, ...aiSdkClients, ...langChainClients];
const cells = clients.flatMap(cellsOf);
const seen = new Set<MatrixCell>();

let origin: ScriptedOrigin;
const routes = new Map<Route, OpenRoute>();

beforeAll(async () => {
  origin = await startScriptedOrigin();
  for (const route of ["gateway", "fetch", "integration"] as const) routes.set(route, await openRoute(route, origin));
});

afterAll(async () => {
  for (const route of routes.values()) await route.close();
  await origin.close();
});

/** What shows that a call did make use of its feature: in the request that arrived, and in the answer. */
function signsOf({ client, feature }: MatrixCell): { readonly asked: string; readonly answered: string } {
  if (feature === "tools") return { asked: weather.description, answered: city };
  if (feature === "structured") return { asked: '"answer"', answered: "answer" };
  if (feature === "vision") return { asked: picture, answered: "" };
  return { asked: "", answered: feature === "reasoning" ? (client.thought ?? thought) : "" };
}

describe.each(clients.map((client) => [`${client.name} ${client.capability}`, client] as const))(
  "S16: %s",
  (_, client) => {
    test.each(
      cells
        .filter((cell) => cell.client === client)
        .map((cell) => [[cell.route, cell.feature, cell.form].join(", "), cell] as const),
    )("%s", async (title, cell) => {
      const { connection, outcomes } = routes.get(cell.route) ?? expect.fail("the route is not open");
      origin.reset();
      origin.plan(plans[cell.feature]);
      const text = `${client.name}, ${client.capability}: ${title}?`;
      const ask = (form = cell.form) => client.ask(connection, { feature: cell.feature, form, text });
      const before = await outcomes();
      const { all: first, essence } = await ask();
      const between = await outcomes();
      const signs = signsOf(cell);
      expect(JSON.stringify(origin.calls[0]?.json)).toContain(signs.asked);
      expect(JSON.stringify(first)).toContain(signs.answered);
      expect(JSON.stringify(first).length).toBeGreaterThan(100);
      expect(addedOutcomes(before, between)).toEqual(["miss"]);
      expect((await ask()).all).toEqual(first);
      // What was kept of one form answers in every other.
      for (const form of client.formsShare === false ? [] : client.forms)
        if (form !== cell.form) expect((await ask(form)).essence).toEqual(essence);
      expect(addedOutcomes(between, await outcomes())).toEqual(["hit"]);
      expect(origin.callCount).toBe(1);
      seen.add(cell);
    });
  },
);

test("docs/reference/clients.md says what was seen, neither more nor less", () => {
  const file = fileURLToPath(new URL("../../docs/reference/clients.md", import.meta.url));
  const page = clientsPage(clients, cells, seen);
  if (process.env["REPRISE_WRITE_DOCS"] === "1") writeFileSync(file, page);
  expect(readFileSync(file, "utf8"), "run `npm run docs:clients`").toBe(page);
});
