import { expect, test } from "vitest";
import { ask, bearer } from "../e2e/chat-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { goTo, openAsAdmin } from "./dashboard-page.ts";

const rules = "A rule of the house. ".repeat(400);

describeWithServices("chromium", "the view of what keeps prompts from sharing their starts", () => {
  test("shows section, byte, cause, what differs and the remedy, and takes no text for markup", async () => {
    const layers = { prefix: { lint: "full" }, semantic: { mode: "off" } };
    const { gateway } = await runBoth({ ...inMemory, layers });
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await goTo(dashboard, "Lint");
    await page.getByText("No prompts yet").waitFor();
    for (let turn = 0; turn < 4; turn++) {
      const system = `<img src=x onerror=alert(1)> Now: 2026-11-27 10:1${turn}. ${rules}`;
      const messages = [
        { role: "system", content: system },
        { role: "user", content: `How, ${turn}?` },
      ];
      await ask(gateway, { model: "gpt-4o", messages }, bearer("a"));
    }
    await page.reload();
    const row = page.getByRole("row", { name: /^date or time messages\[0\] 61 3 of 4 / });
    await row.waitFor();
    const detail = page.getByRole("list", { name: "What to do" }).getByRole("listitem");
    expect(await detail.textContent()).toContain("<img src=x onerror=alert(1)>");
    expect(await detail.textContent()).toContain("Move the date or time behind everything that stays the same");
    await page.getByText(/4 of 4 calls to this process from .* were looked at\. .* input tokens/).waitFor();
    expect(await dashboard.complaints()).toEqual([]);
  });

  test("says that it is off", async () => {
    const { gateway } = await runBoth({ ...inMemory, layers: { prefix: { lint: "off" } } });
    const dashboard = await openAsAdmin(gateway);
    await goTo(dashboard, "Lint");
    await dashboard.page.getByText("The lint is off").waitFor();
  });
});
