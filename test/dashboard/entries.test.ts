import { expect, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question, statusOf } from "../e2e/chat-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { type DashboardPage, goTo, openAsAdmin } from "./dashboard-page.ts";

/** One row for each answer: a like question would lead to it by a row of its own. */
const oneRowEach = { ...inMemory, layers: { semantic: { mode: "off" } } } as const;

const tagged = { "x-ai-cache-tags": "doc:42,handbook" };

describeWithServices("chromium", "stored answers", () => {
  test("purged by tag, with a confirmation in between: the next call misses, what carries another tag stays", async () => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway, question("of the handbook"), tagged);
    await ask(gateway, question("of something else"), { "x-ai-cache-tags": "doc:7" });
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Invalidation");
    const { page } = dashboard;
    await page.getByLabel("Tags, with commas between them").fill("doc:42, nobody");
    await page.getByRole("button", { name: "Take back…" }).click();
    const dialog = page.getByRole("dialog", { name: "Take this back?" });
    await dialog.getByText('carries any of the tags "doc:42", "nobody"').waitFor();
    expect(statusOf(await ask(gateway, question("of the handbook"), tagged))).toBe("HIT");
    await dialog.getByRole("button", { name: "Take back" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("It is taken back: no answer of before is served.").first().waitFor();
    expect(statusOf(await ask(gateway, question("of the handbook"), tagged))).toBe("MISS");
    expect(statusOf(await ask(gateway, question("of something else"), { "x-ai-cache-tags": "doc:7" }))).toBe("HIT");
  });

  test("nothing happens when the confirmation is left, and what names nothing is not sent", async () => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway);
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Invalidation");
    const { page } = dashboard;
    await page.getByRole("button", { name: "Take back…" }).click();
    await page.getByRole("alert").getByText("Name at least one tag.").waitFor();
    await page.getByRole("combobox", { name: "By" }).selectOption("Everything");
    await page.getByRole("button", { name: "Take back…" }).click();
    await page.getByText("Everything that is stored is taken back.").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(statusOf(await ask(gateway))).toBe("HIT");
  });

  test.each([
    ["Model", "Model", "scripted-large", {}],
    ["Namespace", "Namespace", "desk", { "x-ai-cache-namespace": "desk" }],
    ["Version label", "Version label", "v7", { "x-ai-cache-version": "v7" }],
    ["Everything", undefined, "", {}],
  ])("purged by %s", async (way, field, value, headers) => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway, question(), headers);
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Invalidation");
    await dashboard.page.getByRole("combobox", { name: "By" }).selectOption(way);
    if (field !== undefined) await dashboard.page.getByRole("textbox", { name: field }).fill(value);
    await takeBack(dashboard);
    expect(statusOf(await ask(gateway, question(), headers))).toBe("MISS");
  });

  test("found by their text, shown in full, and purged one by one", async () => {
    const { gateway } = await runBoth(oneRowEach);
    for (const text of ["of lighthouses", "of the tides"]) await ask(gateway, question(text), tagged);
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    const table = page.getByRole("table", { name: "Stored answers" });
    await table.getByRole("row").nth(2).waitFor();
    await page.getByRole("textbox", { name: "Text" }).fill("LIGHTHOUSES");
    await page.getByRole("button", { name: "Search" }).click();
    await table.getByRole("row").nth(2).waitFor({ state: "detached" });
    expect(new URL(page.url()).hash).toBe("#/entries?q=LIGHTHOUSES");
    await table.getByRole("button").first().click();
    const dialog = page.getByRole("dialog", { name: "Stored answer" });
    await dialog.getByRole("region", { name: "Answer" }).getByText("of lighthouses").waitFor();
    await dialog.getByText("doc:42, handbook").waitFor();
    await dialog.getByRole("button", { name: "Purge" }).click();
    await page.getByRole("dialog", { name: "Purge this answer?" }).getByRole("button", { name: "Purge" }).click();
    await page.getByText("Nothing fits").waitFor();
    await page.getByRole("status").getByText("The answer was purged.").waitFor({ state: "attached" });
    expect(statusOf(await ask(gateway, question("of lighthouses"), tagged))).toBe("MISS");
    expect(statusOf(await ask(gateway, question("of the tides"), tagged))).toBe("HIT");
  });

  test("a wrong hit is reported by the id that the answer told, and is not given again", async () => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway);
    const hit = await ask(gateway);
    expect(statusOf(hit)).toBe("HIT");
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    await page.getByLabel("Id of the entry").fill(String(hit.headers["x-ai-cache-entry"]));
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Report as wrong" }).click();
    const report = page.getByRole("dialog", { name: "Report this answer as wrong?" });
    await report.getByLabel("What is wrong with it").fill("It tells of the land.");
    await report.getByRole("button", { name: "Report" }).click();
    await page.getByRole("status").getByText("Reported: the answer was removed.").waitFor({ state: "attached" });
    expect(statusOf(await ask(gateway))).toBe("MISS");
  });

  test("a wrong answer to a like question is kept from that question, and stays with its own", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers: { semantic: { mode: "serve" } } });
    const [asked, like] = [question("Who keeps the lighthouse?"), question("who keeps the lighthouse")];
    await ask(gateway, asked);
    // Asked sooner, it would be a miss, and a hit of its own from then on.
    const remembered = async () => JSON.parse((await callAdmin(gateway, "/entries?layer=semantic")).text).entries;
    await expect.poll(remembered).toHaveLength(1);
    await expect.poll(async () => (await ask(gateway, like)).headers["x-ai-cache-layer"]).toBe("semantic");
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    const id = String((await ask(gateway, like)).headers["x-ai-cache-entry"]);
    await page.getByLabel("Id of the entry").fill(id);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Report as wrong" }).click();
    const report = page.getByRole("dialog", { name: "Report this answer as wrong?" });
    await report.getByRole("button", { name: "Report" }).click();
    await page.getByRole("status").getByText("Reported: it is kept from that question.").waitFor({ state: "attached" });
    expect(statusOf(await ask(gateway, like))).toBe("MISS");
    expect(statusOf(await ask(gateway, asked))).toBe("HIT");
    await goTo(dashboard, "Layers");
    const verdicts = page.getByRole("table", { name: "What became known of answers" });
    await verdicts.getByRole("row", { name: /^People 0 1/ }).waitFor();
  });

  test("an id under which nothing is stored, or that is none, is said to be one", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    await page.getByText("Nothing is stored yet").waitFor();
    await page.getByLabel("Id of the entry").fill("../../config");
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByRole("dialog").getByText("must be the id of an entry").waitFor();
  });

  test("more than a page of them are shown page after page", async () => {
    const { gateway } = await runBoth(oneRowEach);
    for (let number = 0; number < 60; number++) await ask(gateway, question(`number ${number}`));
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Entries");
    const { page } = dashboard;
    await page.getByText(/^50 shown.*there may be more\.$/).waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText(/^60 shown.*these are all\.$/).waitFor();
  });
});

async function takeBack({ page }: DashboardPage): Promise<void> {
  await page.getByRole("button", { name: "Take back…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Take back" }).click();
  await dialog.waitFor({ state: "detached" });
}
