import { writeFileSync } from "node:fs";
import process from "node:process";
import { Command } from "commander";
import { RepriseError } from "../../core/errors.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { MisuseError } from "../misuse-error.ts";
import { configFlag, type Flags } from "./config-flags.ts";
import { progressLine } from "./progress-line.ts";
import { act, type Report, tell } from "./report.ts";

/** `reprise tune`: from labels to a threshold or a target. What reads, scores and draws is loaded when it is needed. */

export function tuneCommand(): Command {
  return new Command("tune")
    .description("Find the threshold or target of the semantic layer that keeps wrong hits within a bound.")
    .argument("[file]", "labelled pairs of texts, or observations: .jsonl, .csv or .tsv; or a log of calls")
    .option("--wrong <share>", "the share of hits that may be wrong, such as 0.01 or 1%", "1%")
    .option("--embedder <name>", "what finds pairs alike: builtin", "builtin")
    .option("--svg <file>", "draw the curve into this file, too")
    .option("--observations", "print what a store keeps of answers to like questions, as observations")
    .option(...configFlag)
    .option("--data <folder>", "folder of the embedded store (default: ./.reprise)")
    .option("--store <url>", "the store: sqlite, sqlite:FOLDER, or redis://, postgres:// (default: sqlite)")
    .option("--tenant <id>", "only observations of this tenant")
    .option("--json", "print the result as JSON")
    .addHelpText("after", forms)
    .action((file: string | undefined, flags: Flags) =>
      flags["observations"] === undefined
        ? tell(flags, "tune", () => tuned(file, flags))
        : act(flags, "tune", (config) => observed(file, config, flags)),
    );
}

const forms =
  '\nForms of a line:\n  {"a":"How do I reset my password?","b":"Reset my password","label":1}\n' +
  '  {"score":0.97,"similarity":0.91,"right":true,"tier":"vector","at":1767225600000}\n' +
  "or cells under a header of the same names. Exit status is 1 when nothing keeps the bound.\n" +
  "\nExample:\n  reprise tune --observations --data ./.reprise > observed.jsonl\n  reprise tune observed.jsonl --wrong 0.5%";

async function observed(file: string | undefined, config: GatewayConfig, { tenant }: Flags): Promise<Report> {
  if (file !== undefined)
    throw new MisuseError(`--observations reads a store, and not ${file}`, "Leave out one of the two.");
  const { openStore } = await import("../vectors/opened-store.ts");
  const { storedObservations } = await import("../tune/stored-observations.ts");
  const opened = await openStore(config, { make: false });
  try {
    const observations = await storedObservations(opened.store, tenant);
    if (observations.length === 0)
      throw new RepriseError("nothing_observed", {
        message: "There are no observations in the store",
        remedy: "Check --data and --tenant; answers to like questions are observed when they are judged or reported.",
      });
    return { json: { observations }, text: observations.map((one) => JSON.stringify(one)).join("\n") };
  } finally {
    await opened.close();
  }
}

async function tuned(file: string | undefined, flags: Flags): Promise<Report> {
  if (file === undefined) throw new MisuseError("There is no file named", "Name one, or use --observations.");
  const allowed = shareIn(flags["wrong"] ?? "");
  const { embedder: name = "builtin", svg } = flags;
  if (name !== "builtin") throw new MisuseError(`--embedder ${name} is not known`, "It is builtin, or left out.");
  const { readLabelled } = await import("../tune/labelled-file.ts");
  const { tune } = await import("../tune/tuning.ts");
  const { reportOf } = await import("../tune/tuning-report.ts");
  const { progressBar } = await import("../simulate/progress-bar.ts");
  const { isLogOfCalls, loggedObservations } = await import("../tune/logged-observations.ts");
  const progress = progressLine();
  try {
    const labelled = (await isLogOfCalls(file))
      ? await loggedObservations(file, (source, calls) => progress.show(progressBar(source, calls)))
      : readLabelled(file);
    const { builtin } = await import("../../embedders/builtin.ts");
    const { measured, scorerOfPairs } = await import("../tune/builtin-scorer.ts");
    const { scorePairs } = await import("../tune/pair-likeness.ts");
    const embedder = builtin();
    const tuning = await tune(
      file,
      labelled,
      allowed,
      (pairs) =>
        scorePairs(pairs, scorerOfPairs(embedder), (done) =>
          progress.show(`${done} of ${pairs.length} pairs compared`),
        ),
      () => measured(embedder).shipped,
    );
    if (svg !== undefined) {
      const { svgPlot } = await import("../tune/svg-plot.ts");
      const picture = { costs: tuning.thresholds, allowed, best: tuning.threshold };
      writeFileSync(svg, svgPlot(picture, `Hit rate and wrong hits by ${tuning.by}`));
    }
    if ((tuning.threshold ?? tuning.target) === undefined) process.exitCode = 1;
    return reportOf(file, labelled.kind === "pairs" ? embedder.name : undefined, tuning);
  } finally {
    progress.end();
  }
}

function shareIn(text: string): number {
  const [, digits = "", sign] = /^\s*([\d.]+)\s*(%?)\s*$/.exec(text) ?? [];
  const share = digits === "" ? Number.NaN : Number(digits) / (sign === "%" ? 100 : 1);
  if (share > 0 && share < 1) return share;
  throw new MisuseError(
    `--wrong must lie between 0 and 1, or 0% and 100%, and is ${text === "" ? "empty" : text}`,
    "Write it as 0.01 or 1%.",
  );
}
