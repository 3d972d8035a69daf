import { expect, test } from "vitest";
import { tokenOf } from "../e2e/admin-call.ts";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { faintTexts, focused, namelessControls, structureFaults } from "./audit.ts";
import { type DashboardPage, goTo, openAsAdmin, openDashboard } from "./dashboard-page.ts";

const views = [
  "Overview",
  "Layers",
  "Lint",
  "Entries",
  "Answers",
  "Invalidation",
  "Tenants",
  "Keys",
  "Origins",
  "Health",
];

/** A gateway with something to show in every view. */
async function filled() {
  const both = await runBoth(inMemory);
  for (const text of ["one", "one", "two", "Who wrote the Odyssey?", "who wrote the odyssey"]) {
    await ask(both.gateway, question(text), { "x-ai-cache-tags": "doc:42,handbook" });
  }
  await ask(both.gateway, question("past it"), { "cache-control": "no-store" });
  return both;
}

describeWithServices("chromium", "the dashboard for everybody", () => {
  test.each(["light", "dark"] as const)("%s: every view has names, structure and contrast", async (colorScheme) => {
    const { gateway } = await filled();
    const dashboard = await openAsAdmin(gateway, { colorScheme, reducedMotion: "reduce" });
    const { page } = dashboard;
    for (const view of views) {
      await goTo(dashboard, view);
      await page.getByText("Asking the gateway…").first().waitFor({ state: "detached" });
      expect({ view, nameless: await page.evaluate(namelessControls) }).toEqual({ view, nameless: [] });
      expect({ view, faults: await page.evaluate(structureFaults) }).toEqual({ view, faults: [] });
      expect({ view, faint: await page.evaluate(faintTexts) }).toEqual({ view, faint: [] });
    }
    await goTo(dashboard, "Entries");
    await page.getByRole("table", { name: "Stored answers" }).getByRole("button").first().click();
    await page.getByRole("dialog").getByRole("region", { name: "Answer" }).waitFor();
    expect(await page.evaluate(namelessControls)).toEqual([]);
    expect(await page.evaluate(faintTexts)).toEqual([]);
  });

  test.each(["light", "dark"] as const)("%s: logging in, and what is said of a wrong token", async (colorScheme) => {
    const { gateway } = await runBoth(inMemory);
    const { page } = await openDashboard(gateway, { colorScheme, reducedMotion: "reduce" });
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("not the admin token").waitFor();
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await page.evaluate(namelessControls)).toEqual([]);
  });

  test("the colours are those of the system until others are chosen, and the choice is kept", async () => {
    const { gateway } = await runBoth(inMemory);
    const { page } = await openAsAdmin(gateway, { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(ground).not.toBe(dark);
    const light = await ground();
    await page.getByRole("combobox", { name: "Colours" }).selectOption("Dark");
    expect(await ground()).toBe(dark);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await ground()).toBe(dark);
    await page.getByRole("combobox", { name: "Colours" }).selectOption("Colours of the system");
    expect(await ground()).toBe(light);
  });

  test("at 360 px nothing is wider than the page, and names in tables are not broken", async () => {
    const { gateway } = await filled();
    const dashboard = await openAsAdmin(gateway, { viewport: { width: 360, height: 740 } });
    const { page } = dashboard;
    // Of one that is broken there is more than one rectangle.
    const broken = () =>
      page.evaluate(() =>
        [...document.querySelectorAll(".table .code")]
          .filter((one) => one.getClientRects().length > 1)
          .map((one) => one.textContent),
      );
    const widest = () => page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
    for (const view of views) {
      await goTo(dashboard, view);
      await page.getByText("Asking the gateway…").first().waitFor({ state: "detached" });
      expect({ view, width: await widest(), broken: await broken() }).toEqual({ view, width: 360, broken: [] });
    }
    await goTo(dashboard, "Entries");
    await page.getByRole("table", { name: "Stored answers" }).getByRole("button").first().click();
    await page.getByRole("dialog").getByRole("region", { name: "Answer" }).waitFor();
    const dialog = await page.getByRole("dialog").boundingBox();
    expect((dialog?.x ?? -1) >= 0 && (dialog?.x ?? 0) + (dialog?.width ?? 999) <= 360).toBe(true);
  });

  test("whoever wants less motion gets none", async () => {
    const { gateway } = await runBoth(inMemory);
    const { page } = await openAsAdmin(gateway, { reducedMotion: "reduce" });
    const moving = () =>
      page.evaluate(() =>
        [...document.querySelectorAll("*")].some(
          (one) => Number.parseFloat(getComputedStyle(one).transitionDuration) > 0,
        ),
      );
    expect(await moving()).toBe(false);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await moving()).toBe(true);
  });
});

describeWithServices("chromium", "the dashboard without a mouse", () => {
  test("log in, skip to the content, purge by tag, and come back to where one was", async () => {
    const { gateway } = await filled();
    const dashboard = await openDashboard(gateway);
    const { page } = dashboard;
    const tagged = { "x-ai-cache-tags": "doc:42,handbook" };
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ name: "Admin token", isVisible: true });
    await page.keyboard.type(tokenOf(gateway));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await press(dashboard, "Tab", "Skip to the content");
    await press(dashboard, "Enter", "");
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ role: "main" });
    await tabTo(dashboard, "Invalidation", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Invalidation" }).waitFor();
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ name: "Invalidation", role: "heading" });
    await tabTo(dashboard, "Tags, with commas between them");
    await page.keyboard.type("handbook");
    await tabTo(dashboard, "Take back…");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ name: "Cancel" });
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ name: "Take back…" });
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await press(dashboard, "Tab", "Take back");
    // The dialog keeps the focus: round it, through the browser's own controls at most, and never to what is behind.
    const seen = new Set<string>();
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press("Tab");
      seen.add((await page.evaluate(focused)).name);
    }
    expect(seen).not.toContain("Overview");
    expect(seen).toContain("Cancel");
    await tabTo(dashboard, "Take back");
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("status").getByText("It is taken back").waitFor({ state: "attached" });
    await expect.poll(() => page.evaluate(focused)).toMatchObject({ name: "Take back…", isVisible: true });
    expect(statusOf(await ask(gateway, question("one"), tagged))).toBe("MISS");
  });

  test("whatever the focus comes to in a view can be seen to have it", async () => {
    const { gateway } = await filled();
    const dashboard = await openAsAdmin(gateway);
    for (const view of views) {
      await goTo(dashboard, view);
      await dashboard.page.getByText("Asking the gateway…").first().waitFor({ state: "detached" });
      for (let step = 0; step < 8; step++) {
        await dashboard.page.keyboard.press("Tab");
        const { role, name, isVisible } = await dashboard.page.evaluate(focused);
        if (role === "generic" || role === "document" || role === "") break;
        expect({ view, role, name, isVisible }).toEqual({ view, role, name, isVisible: true });
      }
    }
  });
});

async function press({ page }: DashboardPage, key: string, name: string): Promise<void> {
  await page.keyboard.press(key);
  if (name !== "") await expect.poll(() => page.evaluate(focused)).toMatchObject({ name, isVisible: true });
}

/** Goes on, or back, until it is reached; everything can be. */
async function tabTo({ page }: DashboardPage, name: string, key = "Tab"): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press(key);
    if ((await page.evaluate(focused)).name === name) return;
  }
  throw new Error(`"${name}" cannot be reached by ${key}`);
}
