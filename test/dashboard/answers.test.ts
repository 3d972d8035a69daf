import { expect, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { exchange } from "../e2e/http-exchange.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { faintTexts, namelessControls, structureFaults } from "./audit.ts";
import { type DashboardPage, goTo, openAsAdmin } from "./dashboard-page.ts";

/** Nobody listens on the port of the cache. */
const purge = { front: { kind: "varnish", url: "http://127.0.0.1:9", secret: "s3cret-of-the-cache" } };
const layers = { semantic: { mode: "off" } } as const;
const hostile = "<img src=x onerror='globalThis.ran = 1'>\"'&lt;";

describeWithServices("chromium", "published answers in the dashboard", () => {
  test("an entry is published from its inspection, its versions are read and shown, and it is withdrawn", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers });
    await ask(gateway, question("When are you open?"), { "x-ai-cache-tags": "doc:42" });
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    const status = async () => (await exchange(`${gateway.url}/v1/answers/hours`)).status;
    const said = (text: string) => page.getByRole("status").getByText(text).waitFor({ state: "attached" });
    await goTo(dashboard, "Answers");
    await page.getByText("Nothing is published yet").waitFor();
    await page.getByText("No cache in front is configured").waitFor();

    await goTo(dashboard, "Entries");
    await page.getByRole("table", { name: "Stored answers" }).getByRole("button").first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish…" }).click();
    await page.getByRole("heading", { level: 1, name: "Answers" }).waitFor();
    const id = await page.getByLabel("Id of the entry").inputValue();
    await publish(dashboard, { slug: "Not A Slug" });
    await page.getByRole("alert").getByText("slug must be").waitFor();
    expect(await page.getByLabel("Id of the entry").inputValue()).toBe(id);

    await publish(dashboard, { slug: "hours", title: hostile, tags: "faq, shop", isDraft: true });
    await said("Version 1 of hours is a draft.");
    const row = page.getByRole("table", { name: "Published answers" }).getByRole("row").nth(1);
    await row.getByText("draft").waitFor();
    await row.getByText(hostile).waitFor();
    for (const tag of ["faq", "shop"]) await row.getByText(tag, { exact: true }).waitFor();
    expect([await status(), await row.getByRole("link").count()]).toEqual([404, 0]);

    const dialog = page.getByRole("dialog", { name: "Published answer" });
    await row.getByRole("button", { name: "hours" }).click();
    await dialog.getByRole("button", { name: "HTML" }).click();
    const preview = dialog.getByRole("region", { name: "Preview" });
    expect(await preview.textContent()).toContain("<title>&lt;img src=x onerror=&#39;");
    await dialog.getByRole("button", { name: "Publish this version" }).click();
    const showing = page.getByRole("dialog", { name: "Publish version 1?" });
    await showing.getByRole("button", { name: "Publish", exact: true }).click();
    await said("Version 1 of hours is published.");
    expect(await status()).toBe(200);
    expect(await row.getByRole("link").getAttribute("href")).toBe(`${gateway.url}/v1/answers/hours`);

    const other = String((await ask(gateway, question("And on Sunday?"))).headers["x-ai-cache-entry"]);
    await publish(dashboard, { slug: "hours", entry: other, title: "Second" });
    await said("Version 2 of hours is published at /v1/answers/hours.");
    await row.getByText("Second").waitFor();
    await row.getByRole("button", { name: "hours" }).click();
    await dialog.getByRole("combobox", { name: "Version" }).selectOption("1");
    await dialog.getByText(hostile).waitFor();
    await dialog.getByRole("button", { name: "Publish this version" }).waitFor();

    await dialog.getByRole("button", { name: "Withdraw" }).click();
    const withdrawing = page.getByRole("dialog", { name: "Withdraw this answer?" });
    await withdrawing.getByRole("button", { name: "Cancel" }).click();
    await withdrawing.waitFor({ state: "detached" });
    expect(await status()).toBe(200);
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await withdrawing.getByRole("button", { name: "Withdraw" }).click();
    await said("hours is withdrawn.");
    expect(await status()).toBe(410);
    await row.getByText("withdrawn", { exact: true }).waitFor();
    expect(await page.evaluate(() => (globalThis as { ran?: unknown }).ran)).toBeUndefined();
    expect(await page.locator("main img").count()).toBe(0);
    expect(await dashboard.complaints()).toEqual([]);
  });

  test("a cache that cannot be told is shown with why; in the dark, on a narrow screen, and without a mouse", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers: { ...layers, edge: { purge } } });
    const entry = (await ask(gateway)).headers["x-ai-cache-entry"];
    await callAdmin(gateway, "/answers", { body: { slug: "sea", entry, title: "The sea", tags: ["faq"] } });
    await callAdmin(gateway, "/answers/sea", { method: "DELETE" });
    await callAdmin(gateway, "/answers", { body: { slug: "sea", version: 1 } });
    const viewport = { width: 360, height: 740 };
    const dashboard = await openAsAdmin(gateway, { colorScheme: "dark", reducedMotion: "reduce", viewport });
    const { page } = dashboard;
    await goTo(dashboard, "Answers");
    const cache = page.getByRole("table", { name: "Caches in front" }).getByRole("row", { name: /^front varnish/ });
    await cache.getByText("failing").waitFor();
    await cache.getByText(/ago: .*|now: .*/).waitFor();
    await page.getByText("The sea").waitFor();
    await expectForEverybody(dashboard);
    await page.getByRole("button", { name: "sea" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Preview" }).waitFor();
    await expectForEverybody(dashboard);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("sea");
  });

  test("what fails says why, and an older gateway is not taken for a broken one", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers });
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    const detail = "The store did not take it.";
    await page.route(/\/admin\/v1\/answers/, (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        json: { code: "store_unavailable", detail },
      }),
    );
    await page.route(/\/edge\/purges/, (route) =>
      route.fulfill({ status: 404, contentType: "application/problem+json", json: { code: "not_found" } }),
    );
    await goTo(dashboard, "Answers");
    await page.getByText(`Published answers cannot be shown: ${detail}`).waitFor();
    await page.getByText("This gateway does not tell them.").waitFor();
    await publish(dashboard, { slug: "sea", entry: "an-id" });
    await page.getByRole("alert").getByText(detail).waitFor();
  });

  test("more than a page of them, and prompts that failed; whatever an answer of the gateway holds is text", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers });
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    const at = "2026-01-01T00:00:00.000Z";
    const fresh = { every: "3600s", refreshedAt: at, failure: { at, reason: hostile } };
    const heads = Array.from({ length: 26 }, (_, index) => ({
      ...{
        slug: `${index} ${hostile}`,
        state: "live",
        path: `javascript:globalThis.ran=${index}`,
        latest: 60,
        version: 2,
      },
      ...{ changedAt: at, ...(index === 0 && fresh) },
    }));
    const forms = { json: hostile, text: hostile, html: hostile };
    const shown = {
      ...forms,
      version: 2,
      alive: false,
      title: hostile,
      tags: [hostile],
      computedAt: at,
      publishedAt: at,
    };
    await page.route(/\/admin\/v1\/answers/, (route) =>
      route.fulfill({
        json: route.request().url().includes("/answers/") ? { ...heads[0], shown } : { answers: heads },
      }),
    );
    await goTo(dashboard, "Answers");
    const rows = page.getByRole("table", { name: "Published answers" }).getByRole("row");
    await rows
      .nth(1)
      .getByText(/^no longer, asked .* ago: <img src=x/)
      .waitFor();
    await page.getByText("25 of 26 shown.").waitFor();
    expect(await rows.count()).toBe(26);
    await page.getByRole("button", { name: "Show more" }).click();
    await rows.nth(26).waitFor();
    await rows.nth(1).getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: "Published answer" });
    await dialog.getByText("it is not shown again").waitFor();
    const numbers = await dialog.getByRole("combobox", { name: "Version" }).getByRole("option").allTextContents();
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([51, "60", "2, which is shown"]);
    expect(await dialog.getByRole("button", { name: "Publish this version" }).count()).toBe(0);
    expect(await page.locator('main img, main [href^="javascript:"]').count()).toBe(0);
    expect(await dashboard.complaints()).toEqual([]);
  });
});

interface Wish {
  readonly slug: string;
  readonly entry?: string;
  readonly title?: string;
  readonly tags?: string;
  readonly isDraft?: boolean;
}

async function publish({ page }: DashboardPage, { slug, entry, title = "", tags = "", isDraft = false }: Wish) {
  const form = page.getByRole("form", { name: "Publish a stored answer" });
  await form.getByLabel(/^Name in its address/).fill(slug);
  if (entry !== undefined) await form.getByLabel("Id of the entry").fill(entry);
  await form.getByLabel(/^Title/).fill(title);
  await form.getByLabel(/^Tags/).fill(tags);
  await form.getByLabel(/^As a draft/).setChecked(isDraft);
  await form.getByRole("button", { name: "Publish" }).click();
}

async function expectForEverybody({ page }: DashboardPage): Promise<void> {
  expect(await page.evaluate(namelessControls)).toEqual([]);
  expect(await page.evaluate(structureFaults)).toEqual([]);
  expect(await page.evaluate(faintTexts)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
}
