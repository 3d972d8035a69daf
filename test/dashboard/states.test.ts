import { expect, test } from "vitest";
import { ask } from "../e2e/chat-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { type DashboardPage, goTo, openAsAdmin } from "./dashboard-page.ts";

/** What the page shows when something is not there, or not as it should be. The gateway's answers are put in its place. */

const away = "The store did not take it, and nothing is known to be done. Ask again when the store is back.";

describeWithServices("chromium", "when something is wrong", () => {
  test("what fails says why, beside what can be shown", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    await answer(dashboard, /\/stats\?window=1h/, 503, { code: "store_unavailable", detail: away });
    await goTo(dashboard, "Layers");
    await dashboard.page.getByText(`Layers cannot be shown: ${away}`).waitFor();
    await goTo(dashboard, "Overview");
    await dashboard.page.getByText(`Hit rates cannot be shown: ${away}`).waitFor();
    await dashboard.page.getByText("Saved today", { exact: true }).waitFor();
  });

  test("what was shown once stays, with a word that it is from before", async () => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway);
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    await page.getByRole("table", { name: "Stored answers" }).waitFor();
    await answer(dashboard, /\/entries\?/, 503, { code: "store_unavailable", detail: away });
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText(`Entries could not be brought up to date: ${away}`).waitFor();
    expect(await page.getByRole("table", { name: "Stored answers" }).isVisible()).toBe(true);
    await page.unroute(/\/entries\?/);
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("could not be brought up to date").waitFor({ state: "detached" });
  });

  test("a store that cannot tell what it holds says so; an older gateway is not taken for a broken one", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const reason = "The memcached store cannot tell what it holds.";
    await answer(dashboard, /\/entries\?/, 200, { entries: [], listing: "unsupported", reason, order: "none" });
    await goTo(dashboard, "Entries");
    await dashboard.page.getByText(reason).waitFor();
    await answer(dashboard, /\/tenants/, 404, { code: "not_found", detail: "There is no /admin/v1/tenants." });
    await goTo(dashboard, "Tenants");
    await dashboard.page.getByText("This gateway does not tell them.").waitFor();
  });

  test("a store that is away, a part that fails, a replica that is left alone", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    const since = new Date(Date.now() - 61_000).toISOString();
    await answer(dashboard, /\/health$/, 200, {
      ...{ status: "degraded", version: "1.2.3", startedAt: since },
      stores: [{ name: "redis", state: "unavailable", since, breaker: "open" }],
      parts: [{ part: "judge", name: "a-model", state: "failing", since, faults: 7 }],
    });
    await goTo(dashboard, "Health");
    await page.getByText("a store is away; calls go on without it").waitFor();
    await page.getByRole("row", { name: /^redis not there 1 min ago left alone for a while/ }).waitFor();
    await page.getByRole("row", { name: /^Judge a-model failing 1 min ago 7/ }).waitFor();
    const replica = { pool: "local", url: "http://127.0.0.1:9/v1", state: "ejected", since, requests: 4, errors: 2 };
    const tokens = { inFlight: 0, promptTokens: 200, cachedTokens: 50 };
    await answer(dashboard, /\/replicas$/, 200, { replicas: [{ ...replica, ...tokens }] });
    await goTo(dashboard, "Origins");
    await page.getByRole("row", { name: /127\.0\.0\.1:9\/v1 local left alone 1 min ago 0 4 2 25\.0 %/ }).waitFor();
  });

  test("a purge that the store did not take is not said to be done", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await answer(dashboard, /\/invalidate$/, 503, { code: "store_unavailable", detail: away });
    await goTo(dashboard, "Invalidation");
    await page.getByLabel("Tags, with commas between them").fill("doc:42");
    await page.getByRole("button", { name: "Take back…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Take back" }).click();
    await dialog.getByRole("alert").getByText(away).waitFor();
    expect(await page.getByText("It is taken back: no answer").count()).toBe(0);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
  });
});

async function answer({ page }: DashboardPage, url: RegExp, status: number, body: object): Promise<void> {
  await page.route(url, (route) =>
    route.fulfill({
      status,
      contentType: status === 200 ? "application/json" : "application/problem+json",
      body: JSON.stringify(status === 200 ? body : { status, ...body }),
    }),
  );
}
