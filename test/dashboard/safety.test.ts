import { expect, test } from "vitest";
import { ask, question } from "../e2e/chat-call.ts";
import { inMemory, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { type DashboardPage, goTo, openAsAdmin } from "./dashboard-page.ts";

/** X13: whatever was cached is text to the page. */

const hostile = [
  "<script>globalThis.ran = 1</script>",
  "<img src=x onerror='globalThis.ran = 2'>",
  "\"><svg onload='globalThis.ran = 3'></svg>",
  '\'><iframe srcdoc="<script>parent.ran = 4</script>"></iframe>',
  '<a href="javascript:globalThis.ran = 5">here</a>',
  "</pre></dialog><style>* { display: none }</style>",
  "<object data='data:text/html,<script>1</script>'></object>",
  "<form action='https://elsewhere.example/'><button>Log in</button></form>",
  "<base href='https://elsewhere.example/'><link rel=stylesheet href=//elsewhere.example/x.css>",
  "<math><mtext><img src=x onerror='globalThis.ran = 6'></mtext></math>",
  "javascript:globalThis.ran=7//",
  "{{constructor.constructor('globalThis.ran = 8')()}} #{globalThis.ran = 9}",
  "\u202egnp.exe \u0000 \ufeff <!-- --!> ]]> &lt;script&gt;",
] as const;

describeWithServices("chromium", "X13: hostile text in prompts, answers, models, tags and tenants", () => {
  test("asked and answered through the gateway, every view shows it as text, and nothing runs or leaves", async () => {
    const origin = await runOrigin({
      plan: (call) => ({ content: (call.json as { messages: { content: string }[] }).messages.at(-1)?.content ?? "" }),
    });
    const gateway = await runGateway(origin, inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await page.getByText("Live", { exact: true }).waitFor();
    for (const text of hostile) await ask(gateway, { ...question(text), model: text });
    await page.getByRole("row").getByText("<iframe srcdoc", { exact: false }).first().waitFor();
    await goTo(dashboard, "Entries");
    const table = page.getByRole("table", { name: "Stored answers" });
    await table.getByRole("row").nth(hostile.length).waitFor();
    for (const text of hostile.slice(0, -1)) expect(await table.getByText(text).count()).toBeGreaterThan(0);
    for (let row = 0; row < hostile.length; row++) {
      await table
        .getByRole("row")
        .nth(row + 1)
        .getByRole("button")
        .click();
      await page.getByRole("dialog").getByRole("region", { name: "Answer" }).waitFor();
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    for (const view of ["Layers", "Tenants", "Origins", "Health", "Overview"]) await goTo(dashboard, view);
    await expectHarmless(dashboard);
  });

  test("whatever an answer of the gateway holds, where it could hold any text", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    const entries = hostile.map((text, index) => ({
      ...{ id: `${index} ${text}`, layer: "exact", tenant: text, state: "fresh", protocol: text, model: text },
      ...{ answeredBy: text, tags: hostile, bytes: 1, question: text, answer: text, finish: text, headers: {} },
      request: { namespace: text, version: text, ofUser: true },
      toolCalls: [{ name: text, arguments: text }],
      lifetime: { ageMs: 1, ttlMs: 1, revalidateUntil: text, errorUntil: text },
    }));
    const tenants = hostile.map((tenant) => ({ tenant, requests: 1, hits: 1, lastSeenAt: tenant }));
    const origins = hostile.map((text) => ({
      name: text,
      url: text,
      state: "failing",
      requests: 1,
      errors: 1,
      since: text,
    }));
    const answers: Readonly<Record<string, object>> = {
      "/entries": { entries, listing: "supported", order: "none" },
      "/tenants": { tenants, listing: "unsupported", reason: hostile.join(), isComplete: false },
      "/origins": { origins },
    };
    await page.route(/\/admin\/v1\/(entries|tenants|origins)/, (route) => {
      const path = new URL(route.request().url()).pathname.replace("/admin/v1", "");
      return route.fulfill({ json: answers[path] ?? entries[0] });
    });
    await goTo(dashboard, "Entries");
    await page.getByRole("table", { name: "Stored answers" }).getByRole("button").first().click();
    await page.getByRole("dialog").getByText("Tool call:").waitFor();
    await page.keyboard.press("Escape");
    await goTo(dashboard, "Origins");
    await page.getByRole("table", { name: "Origins" }).waitFor();
    await goTo(dashboard, "Tenants");
    const table = page.getByRole("table", { name: "Tenants" });
    await table.getByRole("row").nth(hostile.length).waitFor();
    // Also where such a text becomes a part of an address.
    await table
      .getByRole("link", { name: /Take back/ })
      .first()
      .click();
    await page.getByRole("heading", { level: 1, name: "Invalidation" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Tenant", exact: true }).inputValue()).toBe(hostile[0]);
    await expectHarmless(dashboard);
  });

  test("a hostile address shows nothing but the overview", async () => {
    const origin = await runOrigin();
    const gateway = await runGateway(origin, inMemory);
    const dashboard = await openAsAdmin(gateway);
    for (const text of hostile) {
      await dashboard.page.evaluate((hash) => {
        location.hash = hash;
      }, `#/${text}?window=${text}&__proto__=${text}`);
      await dashboard.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    }
    await expectHarmless(dashboard);
  });
});

async function expectHarmless(dashboard: DashboardPage): Promise<void> {
  const { page } = dashboard;
  expect(await page.evaluate(() => (globalThis as { ran?: unknown }).ran)).toBeUndefined();
  expect(await page.locator("#app :is(script, iframe, svg, style, object, base, link, math)").count()).toBe(0);
  expect(await page.locator('#app [href^="javascript:"], #app [onerror], #app [onload]').count()).toBe(0);
  expect(await dashboard.complaints()).toEqual([]);
}
