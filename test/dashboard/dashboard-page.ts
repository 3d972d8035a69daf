import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, onTestFinished } from "vitest";
import { type AdminPlace, tokenOf } from "../e2e/admin-call.ts";
import { requiredProgram } from "../services/required.ts";

/** The dashboard in Debian's Chromium, as somebody uses it. What the browser complains of is kept beside it. */

export interface DashboardPage {
  readonly page: Page;
  /** Everything that must not be there: errors of scripts, breaches of the policy, requests to elsewhere. */
  readonly complaints: () => Promise<readonly string[]>;
}

export const dashboardFolder = fileURLToPath(new URL("../../dist/dashboard/", import.meta.url));

let launched: Promise<Browser> | undefined;

afterAll(async () => {
  const browser = await launched;
  launched = undefined;
  await browser?.close();
});

function browser(): Promise<Browser> {
  if (!existsSync(dashboardFolder)) throw new Error("the dashboard is not built: node scripts/build.mjs builds it");
  launched ??= chromium.launch({
    executablePath: requiredProgram("chromium"),
    // Names and roles as the browser tells them to assistive technology.
    args: ["--enable-blink-features=ComputedAccessibilityInfo"],
  });
  return launched;
}

/** The page where it asks for the token. */
export async function openDashboard(
  { url }: { readonly url: string },
  options: BrowserContextOptions = {},
): Promise<DashboardPage> {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  await context.addInitScript(() => {
    const breaches: string[] = [];
    Object.assign(globalThis, { breaches });
    addEventListener("securitypolicyviolation", (event) => {
      breaches.push(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("pageerror", ({ message }) => heard.push(`script: ${message}`));
  page.on("dialog", (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(url) && !to.startsWith("data:")) heard.push(`request: ${to}`);
  });
  await page.goto(`${url}/dashboard/`);
  const complaints = async () => [
    ...heard,
    ...(await page.evaluate(() => (globalThis as unknown as { readonly breaches: readonly string[] }).breaches)),
  ];
  return { page, complaints };
}

export async function logIn({ page }: DashboardPage, token: string): Promise<void> {
  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** The overview, with somebody logged in. */
export async function openAsAdmin(place: AdminPlace, options?: BrowserContextOptions): Promise<DashboardPage> {
  const dashboard = await openDashboard(place, options);
  await logIn(dashboard, tokenOf(place));
  await dashboard.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return dashboard;
}

export async function goTo({ page }: DashboardPage, view: string): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: view }).waitFor();
}
