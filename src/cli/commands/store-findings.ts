import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RepriseError } from "../../core/errors.ts";
import { sentence } from "../../core/sentence.ts";
import { sizeText } from "../../core/size-text.ts";
import { isCheckable, type StoreFinding } from "../../core/store-check.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { embeddedFolder, isMemoryUrl, shownStoreUrl, storeFromUrl } from "../../stores/store-url.ts";
import type { Finding } from "./finding.ts";

/** What `reprise doctor` says of the store: a folder it may use, a server that lets it in. Nothing is left behind. */
export async function checkStore(config: GatewayConfig): Promise<readonly Finding[]> {
  const { url } = config.store;
  if (isMemoryUrl(url)) {
    const remedy = "Answers are lost at each restart; leave --store out to keep them in the data folder.";
    return [{ check: "store", detail: "memory", problem: { severity: "warning", remedy } }];
  }
  const folder = embeddedFolder(url, config.data.directory);
  return folder === undefined ? checkServer(config) : [await checkFolder(folder, config)];
}

async function checkServer({
  store: { url, maxBytes },
  data: { directory },
}: GatewayConfig): Promise<readonly Finding[]> {
  try {
    const store = await storeFromUrl(url, { directory, maxBytes });
    if (store === undefined || !isCheckable(store)) return [{ check: "store", detail: shownStoreUrl(url) }];
    try {
      return (await store.check()).map(findingOf);
    } finally {
      await store.close();
    }
  } catch (error) {
    const remedy = (RepriseError.isInstance(error) ? error.remedy : undefined) ?? "Correct --store.";
    return [findingOf({ detail: (error as Error).message, severity: "error", remedy })];
  }
}

function findingOf({ detail, severity, remedy = "" }: StoreFinding): Finding {
  if (severity === undefined) return { check: "store", detail };
  return { check: "store", detail, problem: { severity, remedy: sentence(remedy) } };
}

async function checkFolder(directory: string, { store: { url, maxBytes } }: GatewayConfig): Promise<Finding> {
  const problem = folderProblem(directory);
  if (problem !== undefined)
    return {
      check: "store",
      detail: `${directory} ${problem}`,
      problem: { severity: "error", remedy: "Choose another folder with --data, or correct its permissions." },
    };
  if (!existsSync(directory)) return { check: "store", detail: `${directory} will be made at the first start` };
  const warnings: string[] = [];
  try {
    const store = await storeFromUrl(url, { directory, maxBytes, onWarning: (message) => warnings.push(message) });
    const stats = await store?.stats();
    await store?.close();
    const detail = `sqlite in ${directory}; values in it: ${stats?.entries}, ${sizeText(stats?.bytes ?? 0)} of ${sizeText(maxBytes)}`;
    return {
      check: "store",
      detail,
      ...(warnings.length === 0 ? {} : { problem: { severity: "warning" as const, remedy: warnings.join(" ") } }),
    };
  } catch (error) {
    return {
      check: "store",
      detail: (error as Error).message,
      problem: { severity: "error", remedy: "Choose another folder with --data." },
    };
  }
}

function folderProblem(directory: string): string | undefined {
  let place = resolve(directory);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  if (!statSync(place).isDirectory()) return `cannot be made: ${place} is not a folder`;
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return `cannot be written: no permission on ${place}`;
  }
  return place === resolve(directory) ? undefined : placeProblem(place);
}

/** Permission is not all: some folders take no others. Only who tries can tell. */
function placeProblem(place: string): string | undefined {
  try {
    rmdirSync(mkdtempSync(join(place, ".reprise-")));
    return undefined;
  } catch (error) {
    return `cannot be made: ${place} takes no folder (${(error as NodeJS.ErrnoException).code})`;
  }
}
