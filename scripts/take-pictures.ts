/**
 * Pictures of the dashboard for the documentation, from the day that the demo plays:
 * `npm run docs:pictures`. Starts the demo, looks at its dashboard with Chromium, and writes docs/pictures/*.png.
 * Look at them before you commit them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process, { env, execPath } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const size = { width: 1280, height: 800 };
const mostBytes = 150_000;
const schemes = ["light", "dark"] as const;

interface Picture {
  readonly name: string;
  /** What stands behind the `#`. */
  readonly address: string;
  readonly height: number;
  /** A table that is there when the view is complete, and the row that it then has at least. */
  readonly awaited: readonly [table: string, rows: number];
}

/** The overview comes last: by then some calls have come in. */
const pictures: readonly Picture[] = [
  { name: "layers", address: "/layers?window=24h", height: 1_200, awaited: ["Reason", 2] },
  { name: "entries", address: "/entries?layer=exact", height: 720, awaited: ["Stored answers", 12] },
  { name: "overview", address: "/overview?window=24h", height: 1_220, awaited: ["Latest calls", 6] },
];

const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
mkdirSync(folder, { recursive: true });
const demo = spawn(execPath, [fileURLToPath(new URL("../examples/demo.ts", import.meta.url))], {
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = new Promise<void>((resolve) => demo.once("exit", () => resolve()));
let browser: Browser | undefined;
try {
  const { dashboard, token } = await placeOf(demo);
  browser = await chromium.launch({ executablePath: env["CHROMIUM"] ?? "/usr/bin/chromium" });
  for (const colorScheme of schemes) await take(browser, { dashboard, token, colorScheme });
} finally {
  await browser?.close();
  demo.kill("SIGINT");
  await ended;
}

interface Visit {
  readonly dashboard: string;
  readonly token: string;
  readonly colorScheme: (typeof schemes)[number];
}

/** What the demo prints when there is something to look at. */
async function placeOf({ stdout }: ChildProcess): Promise<Omit<Visit, "colorScheme">> {
  const told = new Map<string, string>();
  if (stdout === null) throw new Error("The demo has no output.");
  for await (const line of createInterface({ input: stdout })) {
    const [, name, value] = /^(Dashboard|Token): +(?:cat )?(\S+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) told.set(name, value);
    const [dashboard, tokenFile] = [told.get("Dashboard"), told.get("Token")];
    if (dashboard !== undefined && tokenFile !== undefined)
      return { dashboard, token: readFileSync(tokenFile, "utf8").trim() };
  }
  throw new Error("The demo ended before its dashboard was there.");
}

async function take(chromiumOf: Browser, { dashboard, token, colorScheme }: Visit): Promise<void> {
  const context = await chromiumOf.newContext({ viewport: size, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(dashboard);
  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  for (const picture of pictures) {
    await page.setViewportSize({ ...size, height: picture.height });
    await page.goto(`${dashboard}#${picture.address}`);
    const [table, rows] = picture.awaited;
    await page.getByRole("table", { name: table, exact: true }).getByRole("row").nth(rows).waitFor();
    await save(page, join(folder, `${picture.name}-${colorScheme}.png`));
  }
  await context.close();
}

async function save(page: Page, path: string): Promise<void> {
  await page.screenshot({ path, animations: "disabled" });
  const { size: bytes } = statSync(path);
  console.log(`${path}: ${Math.round(bytes / 1000)} KB`);
  if (bytes <= mostBytes) return;
  console.error(`${path} has more than ${mostBytes / 1000} KB.`);
  process.exitCode = 1;
}
