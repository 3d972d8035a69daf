import { expect, test } from "vitest";
import { tokenOf } from "../e2e/admin-call.ts";
import { ask, bearer, question } from "../e2e/chat-call.ts";
import { spawnGateway } from "../e2e/gateway-process.ts";
import { inMemory, runBoth, runOrigin, temporaryFolder } from "../e2e/running-gateway.ts";
import { describeWithServices } from "../services/required.ts";
import { openAsAdmin } from "./dashboard-page.ts";

describeWithServices("chromium", "what happens is shown as it happens", () => {
  test("a hit arrives: among the latest calls, in the rates and in the chart's legend", async () => {
    const { gateway } = await runBoth(inMemory);
    const dashboard = await openAsAdmin(gateway);
    const { page } = dashboard;
    await page.getByText("Live", { exact: true }).waitFor();
    await ask(gateway);
    const latest = page.getByRole("region", { name: "Latest calls" }).first();
    await latest.getByRole("row", { name: /Miss/ }).waitFor();
    await ask(gateway);
    await latest.getByRole("row", { name: /Hit Exact scripted-large/ }).waitFor();
    const rates = page.getByRole("table", { name: "Hit rate by layer" });
    await rates.getByRole("row", { name: /^Exact 1 50\.0 %/ }).waitFor();
    const legend = page.getByRole("figure", { name: "Requests by outcome" }).getByRole("list");
    await legend.getByText("Hit1").waitFor();
    expect(await dashboard.complaints()).toEqual([]);
  });

  test("the chart is a table for whoever wants one", async () => {
    const { gateway } = await runBoth(inMemory);
    await ask(gateway);
    const { page } = await openAsAdmin(gateway);
    const chart = page.getByRole("figure", { name: "Requests by outcome" });
    await chart.getByRole("button", { name: "Show as table (Requests by outcome)" }).click();
    const table = chart.getByRole("table", { name: "Requests by outcome" });
    await table.getByRole("columnheader", { name: "Miss" }).waitFor();
    expect(await table.getByRole("row").count()).toBeGreaterThan(60);
    await chart.getByRole("button", { name: /Show as chart/ }).click();
    await table.waitFor({ state: "detached" });
  });

  test("before the first call every card says that there is nothing yet", async () => {
    const { gateway } = await runBoth(inMemory);
    const { page } = await openAsAdmin(gateway);
    await page.getByText("Calls that pass through the gateway appear here within seconds.").waitFor();
    await page.getByText("No call was made in this time.").waitFor();
    expect(await page.getByText(/\bNaN\b|undefined/).count()).toBe(0);
  });

  test("a proxy that ends the stream of events again and again does not make the gateway seem away", async () => {
    const { gateway } = await runBoth(inMemory);
    const { page } = await openAsAdmin(gateway);
    let opened = 0;
    await page.route("**/admin/v1/events", (route) => {
      opened += 1;
      return route.fulfill({ contentType: "text/event-stream", body: "event: nothing\ndata: {}\n\n" });
    });
    let wasAway = false;
    const seen = page.getByText("Reconnecting…").waitFor();
    seen.then(
      () => {
        wasAway = true;
      },
      () => {},
    );
    await page.reload();
    await expect.poll(() => opened, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await ask(gateway);
    const rates = page.getByRole("table", { name: "Hit rate by layer" });
    await rates.getByRole("row", { name: /^All together 0 0\.0 %/ }).waitFor();
    expect(wasAway).toBe(false);
  });

  test("the gateway restarts: the page says that it is away, and goes on by itself when it is back", async () => {
    const origin = await runOrigin();
    const folder = temporaryFolder();
    const serve = (port: string) => spawnGateway(["--port", port, "--upstream", origin.url, "--data", folder]);
    const first = await serve("0");
    const { port } = new URL(first.url);
    const { page } = await openAsAdmin({ url: first.url, folder });
    await page.getByText("Live", { exact: true }).waitFor();
    first.child.kill("SIGTERM");
    await first.exit;
    // It said at its start where the page is, and where the token, but not the token.
    expect(first.stderr()).toContain(`dashboard: ${first.url}/dashboard/, with the token in ${folder}/admin-token\n`);
    expect(first.stderr() + first.stdout()).not.toContain(tokenOf({ folder }));
    await page.getByText("Reconnecting…").waitFor();
    await page.getByText("The gateway does not answer. It is tried again until it does").waitFor();
    const second = await serve(port);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("The gateway does not answer.").waitFor({ state: "detached" });
    await ask(second, question("after the restart"), bearer("key"));
    await page.getByRole("region", { name: "Latest calls" }).first().getByRole("row", { name: /Miss/ }).waitFor();
    await page.getByRole("status").getByText("The gateway answers again.").waitFor({ state: "attached" });
  });
});
