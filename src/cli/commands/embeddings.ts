import process from "node:process";
import { Command } from "commander";
import { RepriseError } from "../../core/errors.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { MisuseError } from "../misuse-error.ts";
import { whoseIn } from "../vectors/tenant-flags.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { progressLine } from "./progress-line.ts";
import { act, type Report } from "./report.ts";

/** `reprise embeddings export|import`. What reads and writes files is loaded when it is needed, not at each start. */

export function embeddingsCommand(): Command {
  const command = new Command("embeddings").description(
    "Move stored vectors into a file, and from a file into a store.",
  );
  const exporting = withStoreFlags(new Command("export"))
    .description("Write stored vectors into a Parquet file.")
    .argument("<file>", "the file to write; one of this name is replaced when the new one is complete")
    .option("--all", "vectors of all tenants")
    .option("--model <name>", "only vectors of this model")
    .action((file: string, flags: Flags) => act(flags, "export", (config) => exportTo(file, config, flags)));
  const importing = withStoreFlags(new Command("import"))
    .description("Read vectors from a file that was exported. Nothing is written unless the whole file is sound.")
    .argument("<file>", "the file to read")
    .option("--model <name>", "refuse the file if a vector is of another model")
    .option("--dimensions <number>", "refuse the file if a vector has more or fewer")
    .addHelpText("after", importExample)
    .action((file: string, flags: Flags) => act(flags, "import", (config) => importFrom(file, config, flags)));
  for (const sub of [exporting, importing]) command.addCommand(sub);
  return command;
}

const importExample =
  "\nExample:\n  reprise embeddings import corpus.parquet --data ./.reprise --credential-env OPENAI_API_KEY\n" +
  "  makes the vectors those of the callers that send this key to the gateway.";

function withStoreFlags(command: Command): Command {
  return command
    .option(...configFlag)
    .option("--data <folder>", "folder of the embedded store (default: ./.reprise)")
    .option("--store <url>", "the store: sqlite, sqlite:FOLDER, or redis://, postgres:// (default: sqlite)")
    .option("--tenant <id>", "whose vectors: an id, such as library for those of cache.embeddings")
    .option("--credential-env <name>", "whose vectors: of those who send the API key in this environment variable")
    .option("--credential-header <name>", "the header field that carries that key (default: authorization, as Bearer)")
    .option("--json", "print the result as JSON");
}

async function exportTo(file: string, config: GatewayConfig, flags: Flags): Promise<Report> {
  const { exportVectors } = await import("../vectors/export-vectors.ts");
  if (flags["all"] !== undefined && (flags["tenant"] ?? flags["credentialEnv"]) !== undefined)
    throw new MisuseError("--all is for every tenant", "Leave it out to export those of one.");
  const whose = whoseIn(flags, process.env);
  const { openStore } = await import("../vectors/opened-store.ts");
  const opened = await openStore(config, { make: false });
  const progress = progressLine();
  try {
    const wish = { file, tenant: whose(opened.secret), all: flags["all"] !== undefined, model: flags["model"] };
    const exported = await exportVectors(opened, wish, (vectors) => progress.show(`${vectors} vectors exported`));
    if (exported.vectors === 0)
      throw new RepriseError("nothing_exported", {
        message: "There are no such vectors in the store, and no file was written",
        remedy: "Check --data, --tenant and --model",
      });
    const text = `${exported.vectors} vectors in ${file}: ${counted(exported.models)}; tenants: ${exported.tenants.join(", ")}`;
    return { json: { file, ...exported }, text };
  } finally {
    progress.end();
    await opened.close();
  }
}

async function importFrom(file: string, config: GatewayConfig, flags: Flags): Promise<Report> {
  const { checkVectors, importVectors } = await import("../vectors/import-vectors.ts");
  const whose = whoseIn(flags, process.env);
  const dimensions = flags["dimensions"] === undefined ? undefined : Number(flags["dimensions"]);
  if (dimensions !== undefined && !(Number.isSafeInteger(dimensions) && dimensions > 0))
    throw new MisuseError("--dimensions must be a whole number above 0", "Correct it or leave it out.");
  const progress = progressLine();
  const show = (step: string, vectors: number, of: number) => progress.show(`${vectors} of ${of} vectors ${step}`);
  try {
    const checked = await checkVectors({ file, model: flags["model"], dimensions }, show);
    const { openStore } = await import("../vectors/opened-store.ts");
    const opened = await openStore(config, { make: true });
    try {
      const imported = await importVectors(opened, checked, whose(opened.secret), show);
      const parts = [
        `${imported.imported} of ${imported.vectors} vectors imported`,
        ...(imported.kept > 0 ? [`${imported.kept} were there already`] : []),
        ...(imported.expired > 0 ? [`${imported.expired} had ended`] : []),
      ];
      return { json: { file, ...imported }, text: `${parts.join(", ")}; ${counted(imported.models)}` };
    } finally {
      await opened.close();
    }
  } finally {
    progress.end();
  }
}

function counted(models: Readonly<Record<string, number>>): string {
  return Object.entries(models)
    .map(([model, count]) => `${count} of ${model}`)
    .join(", ");
}
