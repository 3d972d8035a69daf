import fc from "fast-check";
import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask } from "./chat-call.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

const names = ["layer", "tenant", "tag", "model", "q", "limit", "cursor", "window", "metric", "step", "__proto__", "x"];
const values = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "exact",
    "semantic",
    "10",
    "0",
    "-1",
    "1e3",
    "NaN",
    "",
    "null",
    "[]",
    "%",
    "\u0000",
    "24h",
    "requests",
  ),
  fc.string({ unit: fc.constantFrom("a", "/", "%", "~", ":", "."), maxLength: 30 }),
);
/** Some are escaped as they should be, others stand there as they are. */
const pairs = fc
  .tuple(fc.constantFrom(...names), values, fc.boolean())
  .map(([name, value, raw]) => `${name}=${raw ? value.replace(/[^\x21-\x7e]|#/g, "") : encoded(value)}`);
const paths = fc.oneof(
  fc.constantFrom("/entries", "/tenants", "/origins", "/health", "/stats", "/timeseries", "/config"),
  values.map((id) => `/entries/${encoded(id)}`),
);

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

test("whatever stands in a query or an id is answered, or turned down with its name and rule", async () => {
  const { gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "off" } } });
  await ask(gateway);
  await fc.assert(
    fc.asyncProperty(paths, fc.array(pairs, { maxLength: 4 }), async (path, query) => {
      const where = `${path}${query.length === 0 ? "" : `?${query.join("&")}`}`;
      const { status, headers, text } = await callAdmin(gateway, where);
      expect([where, [200, 400, 404].includes(status)]).toEqual([where, true]);
      if (status === 200) return;
      expect(headers["content-type"]).toBe("application/problem+json");
      const problem = JSON.parse(text);
      expect(problem).toMatchObject({ type: "about:blank", status, code: expect.any(String) });
      if (problem.code === "invalid_request" && problem.path !== undefined)
        expect(problem).toMatchObject({ rule: expect.any(String), detail: expect.stringContaining(problem.path) });
    }),
    { numRuns: 400 },
  );
});
