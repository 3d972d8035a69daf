import { expect, test } from "vitest";
import { tokenOf } from "../e2e/admin-call.ts";
import { inMemory, runBoth } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { goTo, logIn, openAsAdmin, openDashboard } from "./dashboard-page.ts";

const wrongToken = "a-token-that-nobody-was-given";

describeWithServices("chromium", "logging in to the dashboard", () => {
  test("with the token one sees the overview, and the token is in no URL, cookie or shared storage", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openDashboard(gateway);
    const { page } = dashboard;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const token = tokenOf(gateway);
    await logIn(dashboard, token);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByText("Saved today", { exact: true }).waitFor();
    expect(asked.length).toBeGreaterThan(3);
    expect([...asked, page.url()].filter((url) => url.includes(token))).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(token);
    expect(await dashboard.complaints()).toEqual([]);
  });

  test("a wrong token is said to be wrong, and the field is there to try another", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openDashboard(gateway);
    const { page } = dashboard;
    await logIn(dashboard, wrongToken);
    await page.getByRole("alert").getByText("That is not the admin token of this gateway.").waitFor();
    expect(await page.getByLabel("Admin token").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(wrongToken);
    await logIn(dashboard, tokenOf(gateway));
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  test("what no header can hold is a wrong token, too", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openDashboard(gateway);
    await logIn(dashboard, "ключ от шлюза 🔑");
    await dashboard.page.getByRole("alert").getByText("not the admin token").waitFor();
  });

  test("after too many wrong tokens it says when to try again", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openDashboard(gateway);
    const { page } = dashboard;
    const limited = page.getByRole("alert").getByText(/Too many wrong tokens were tried\. Try again in \d+ seconds?\./);
    for (let attempt = 0; attempt < 20 && !(await limited.isVisible()); attempt++) {
      const answered = page.waitForResponse(/admin\/v1/);
      await logIn(dashboard, `${wrongToken}-${attempt}`);
      await answered;
      await page.getByRole("alert").getByText(/token/).waitFor();
    }
    await limited.waitFor();
  });

  test("a gateway whose admin API is closed says so", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openDashboard(gateway);
    const detail = "The admin API is closed: the data folder cannot be written. Set REPRISE_ADMIN_TOKEN.";
    await dashboard.page.route("**/admin/v1/**", (route) =>
      route.fulfill({
        status: 403,
        contentType: "application/problem+json",
        body: JSON.stringify({ status: 403, code: "admin_closed", detail }),
      }),
    );
    await logIn(dashboard, wrongToken);
    await dashboard.page.getByRole("alert").getByText(detail).waitFor();
  });

  test("loading the page again keeps the session; logging out ends it, and so does closing the tab", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await goTo(dashboard, "Health");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Health" }).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${gateway.url}/dashboard/`);
    await other.getByLabel("Admin token").waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Admin token").waitFor();
    await page.reload();
    await page.getByLabel("Admin token").waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test("a token that is no longer taken ends the session, and the page says why", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await page.route("**/admin/v1/**", (route) => {
      const headers = { ...route.request().headers(), authorization: `Bearer ${wrongToken}` };
      return route.continue({ headers });
    });
    await page.getByRole("link", { name: "Health" }).click();
    await page.getByLabel("Admin token").waitFor();
    await page.getByText("The gateway no longer takes this token.").waitFor();
  });
});
