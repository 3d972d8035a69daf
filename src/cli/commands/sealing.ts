import process from "node:process";
import { Command } from "commander";
import { systemClock, systemRandom } from "../../core/clock.ts";
import { RepriseError, StoreUnavailableError } from "../../core/errors.ts";
import { keyRowPrefix } from "../../core/key-rows.ts";
import { isScrubbable } from "../../core/scrub.ts";
import { formOf } from "../../core/sealing.ts";
import type { SharedStore } from "../../core/shared-store.ts";
import { isListable } from "../../core/store-listing.ts";
import { silentTrace } from "../../core/trace.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { openSealing } from "../../storage/sealing/open-sealing.ts";
import type { Sealing } from "../../storage/sealing/sealing.ts";
import { storeFromUrl } from "../../stores/store-url.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { act, type Report } from "./report.ts";

/** `reprise sealing`: the keys that a store is sealed with. It works on the store itself, whether gateways run or not. */
export function sealingCommand(): Command {
  const command = new Command("sealing")
    .description("See and renew the keys that what is stored is sealed with.")
    .addHelpText("after", help);
  const withFlags = (one: Command): Command =>
    one
      .option(...configFlag)
      .option("--data <folder>", "folder of the embedded store (default: ./.reprise)")
      .option("--store <url>", "the store, where it is not the embedded one")
      .option("--json", "print the result as JSON");
  const add = (name: string, description: string, run: Action): void => {
    const one = withFlags(new Command(name).description(description));
    command.addCommand(one.action((flags: Flags) => act(flags, `sealing ${name}`, (config) => onStore(config, run))));
  };
  add("status", "Say whether the store is sealed, with which master key, and when keys were renewed.", status);
  add("rotate", "Seal what is stored from now on with new keys; gateways that run follow within seconds.", rotate);
  add("clean", "Remove whatever lies unsealed in the store, from before it was sealed.", clean);
  return command;
}

const help =
  "\nExamples:\n  reprise sealing status\n  reprise sealing rotate --store redis://127.0.0.1:6379\n\n" +
  "The master key is REPRISE_MASTER_KEY or that of the configuration. A new one is taken over at the next start of a\n" +
  "gateway, or by any of these commands, when the old one is given in security.previousMasterKeys.";

type Action = (sealing: Sealing, store: SharedStore) => Promise<Report>;

async function onStore(config: GatewayConfig, run: Action): Promise<Report> {
  const { url, maxBytes } = config.store;
  const onWarning = (message: string): void => void process.stderr.write(`reprise: ${message}\n`);
  const store = await storeFromUrl(url, { directory: config.data.directory, maxBytes, onWarning });
  if (store === undefined)
    throw new RepriseError("store_access", {
      message: "A store in memory is never sealed: it ends with its process",
      remedy: "Name the store with --data or --store",
    });
  const tools = { clock: systemClock, random: systemRandom, trace: silentTrace };
  // A store that is sealed with another key is closed by it.
  const sealing = await openSealing({ settings: config, store }, tools);
  try {
    if (sealing !== undefined) return await run(sealing, store);
    throw new RepriseError("not_sealed", {
      message: "What is stored is not sealed: there is no master key, or sealing is off",
      remedy: "Set REPRISE_MASTER_KEY to the output of `openssl rand -base64 32`",
    });
  } finally {
    await sealing?.close();
    await store.close();
  }
}

async function status(sealing: Sealing, { name }: SharedStore): Promise<Report> {
  const keys = (await sealing.rootKeys()).map(({ epoch, createdAt, masterKeyId }) => ({
    epoch,
    createdAt: new Date(createdAt).toISOString(),
    masterKey: masterKeyId,
  }));
  const lines = keys.map(
    ({ epoch, createdAt, masterKey }) => `  ${epoch}  since ${createdAt}, wrapped by ${masterKey}`,
  );
  return { json: { store: name, keys }, text: [`The ${name} store is sealed; its root keys:`, ...lines].join("\n") };
}

async function rotate(sealing: Sealing, { name }: SharedStore): Promise<Report> {
  const { epoch } = await sealing.rotate();
  const text = `Root key ${epoch} of the ${name} store is the present one: what is stored from now on has new keys, and what is there keeps its own.`;
  return { json: { store: name, epoch }, text };
}

async function clean(_sealing: Sealing, store: SharedStore): Promise<Report> {
  if (!isListable(store))
    throw new StoreUnavailableError({
      message: `The ${store.name} store cannot list what it holds`,
      remedy: "Empty it, or wait until what is in it has ended",
    });
  let [removed, kept, cursor] = [0, 0, undefined as string | undefined];
  do {
    const page = await store.list({ limit: 500, ...(cursor !== undefined && { cursor }) });
    for (const { tenant, key, value } of page.items) {
      if (key.startsWith(keyRowPrefix)) continue;
      if (formOf(value) !== "unsealed") kept += 1;
      else if (await store.delete(tenant, key)) removed += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  // What was removed lies in the files of the store until others take its place.
  const { notes } = isScrubbable(store) ? await store.scrub() : { notes: [] };
  const text = [`${removed} unsealed values removed, ${kept} sealed ones kept.`, ...notes].join("\n");
  return { json: { store: store.name, removed, kept, notes }, text };
}
