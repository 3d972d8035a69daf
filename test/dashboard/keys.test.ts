import { expect, test } from "vitest";
import { callAdmin } from "../e2e/admin-call.ts";
import { ask, bearer } from "../e2e/chat-call.ts";
import { inMemory, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { faintTexts, namelessControls, structureFaults } from "./audit.ts";
import { goTo, openAsAdmin } from "./dashboard-page.ts";

const hostile = "<img src=x onerror='globalThis.ran = 1'>";

describeWithServices("chromium", "virtual keys in the dashboard", () => {
  test("a key is made, shown once, listed and taken back", async () => {
    const origin = await runOrigin();
    const upstreams = { main: { url: origin.url, apiKey: "sk-upstream-1" } };
    const gateway = await runGateway(origin, { ...inMemory, upstreams, tenancy: { mode: "keys" } });
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await goTo(dashboard, "Keys");
    await page.getByText("There are no keys yet").waitFor();

    const form = page.getByRole("form", { name: "Make a key" });
    await form.getByLabel("Tenant, whose answers").fill("a b");
    await form.getByRole("button").click();
    await form.getByRole("alert").getByText("tenant must be").waitFor();
    await form.getByLabel("Tenant, whose answers").fill("acme");
    await form.getByLabel("Name, for people").fill(hostile);
    await form.getByLabel("Models, with commas").fill("scripted-*, o3");
    await form.getByRole("button").click();
    await form.getByText("Copy the key now").waitFor();
    const key = (await form.locator(".code").textContent()) ?? "";
    expect(key).toMatch(/^rpr_[0-9A-Za-z]{12}_1_[0-9A-Za-z]{49}$/);
    expect((await ask(gateway, undefined, bearer(key))).status).toBe(200);

    const row = page.getByRole("table", { name: "Virtual keys" }).getByRole("row").nth(1);
    for (const text of ["live", "acme", hostile, "scripted-*, o3"]) await row.getByText(text).waitFor();
    expect(await page.evaluate(() => (globalThis as { readonly ran?: number }).ran)).toBeUndefined();
    expect(await page.evaluate(namelessControls)).toEqual([]);
    expect(await page.evaluate(structureFaults)).toEqual([]);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    await goTo(dashboard, "Tenants");
    await goTo(dashboard, "Keys");
    await row.getByText("live").waitFor();
    expect(await page.content()).not.toContain(key);

    await row.getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: "Take this key back?" });
    await dialog.getByRole("button", { name: "Take back" }).click();
    await row.getByText("revoked").waitFor();
    expect((await ask(gateway, undefined, bearer(key))).status).toBe(401);
    expect(await row.getByRole("button").count()).toBe(0);
    expect(JSON.parse((await callAdmin(gateway, "/keys")).text).keys).toMatchObject([{ state: "revoked" }]);
    expect(await dashboard.complaints()).toEqual([]);
  });
});
