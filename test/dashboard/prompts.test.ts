import { expect, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, question } from "../e2e/chat-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { goTo, openAsAdmin } from "./dashboard-page.ts";

describeWithServices("chromium", "registered prompts in the dashboard", () => {
  test("nothing yet; then the share of each, and which two should be one, as texts whatever they hold", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await goTo(dashboard, "Prompts");
    await page.getByText("Register one: reprise prompts set NAME FILE").waitFor();
    const hostile = "<img src=x onerror=alert(1)>";
    const text = `You answer the guests of a hotel, and never promise anything to anybody. ${hostile}`;
    const set = (name: string, body: object) => callAdmin(gateway, `/prompts/${name}`, { method: "PUT", body });
    await set("hotel", { text });
    await set("motel", { text: text.replace(hostile, "<script>alert(2)</script>"), tenant: hostile });
    await ask(gateway, question(), { "x-ai-prompt": "hotel" });
    await ask(gateway);
    await page
      .getByRole("radio", { name: "Day" })
      .or(page.getByRole("button", { name: "Day" }))
      .first()
      .click();
    const prompts = page.getByRole("table", { name: "Registered prompts" });
    await prompts.getByRole("row", { name: /^hotel 1 1 50\.0 % 1: 1 .*everybody's$/ }).waitFor();
    await prompts.getByRole("row", { name: /^motel 1 0 0\.0 %/ }).waitFor();
    const found = page.getByRole("table", { name: "Findings" });
    await found.getByText("[img src=x onerror=alert(1) |").waitFor();
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await dashboard.complaints()).toEqual([]);
  });
});
