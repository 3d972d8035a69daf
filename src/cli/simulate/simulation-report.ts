import type { Report } from "../commands/report.ts";
import { textTable } from "../tune/text-table.ts";
import { countText, rows, wrongShare } from "./figures-text.ts";
import type { Simulation } from "./simulation.ts";

/** What a simulation found, for people and for programs. */

const mostModels = 5;

export function reportOf(simulation: Simulation): Report {
  const { settings } = simulation;
  const lines = rows
    .map(([name, cellOf]) => [name, ...settings.map(cellOf)])
    .filter((row) => row.slice(1).some((cell) => cell !== ""));
  const text = [
    headOf(simulation),
    "",
    textTable(["", ...settings.map(({ name }) => name)], lines),
    "",
    ...remarksOf(simulation),
  ].join("\n");
  return { json: jsonOf(simulation), text: text.trimEnd() };
}

export function headOf({ log, reading, from, to }: Simulation): string {
  const formats = [...reading.formats.keys()].join(", ");
  const span = from === undefined || to === undefined ? "" : ` from ${instantText(from)} to ${instantText(to)}`;
  return `${log}: ${countText(reading.calls)} calls (${formats})${span}`;
}

/** What a reader must know to judge the figures. */
export function remarksOf(simulation: Simulation): readonly string[] {
  const { reading, broken, unknownDurations, redacted, settings } = simulation;
  const { calls } = reading;
  const remarks: string[] = [];
  if (reading.broken > 0) {
    remarks.push(`${countText(reading.broken)} of ${countText(reading.records)} records could not be used:`);
    for (const { line, reason } of reading.firstBroken) remarks.push(`  line ${line}: ${reason}`);
    if (reading.broken > reading.firstBroken.length) remarks.push("  …");
  }
  if (broken !== undefined) remarks.push(`The log could not be read to its end: ${broken}`);
  if (reading.missing > 0)
    remarks.push(`${countText(reading.missing)} calls are missing in the log, which could not keep up.`);
  if (reading.clockJumps > 0)
    remarks.push(`The clock of the log was set back ${countText(reading.clockJumps)} times; time goes on from there.`);
  if (redacted > 0)
    remarks.push(
      `${countText(redacted)} of ${countText(calls)} calls have no texts, so like questions are not looked at in them.`,
    );
  if (unknownDurations > 0)
    remarks.push(`Of ${countText(unknownDurations)} calls it is not known how long the origin took; they count as 0.`);
  const models = new Map(settings.flatMap(({ unpriced }) => unpriced.map(({ model, answers }) => [model, answers])));
  if (models.size > 0) {
    const named = [...models.keys()].slice(0, mostModels).map((model) => (model === "" ? "(none)" : model));
    remarks.push(
      `Without a price, or without tokens: ${named.join(", ")}${models.size > mostModels ? ", …" : ""}. Prices of your own: docs/savings.md.`,
    );
  }
  return remarks;
}

export function instantText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function jsonOf(simulation: Simulation): object {
  const { reading, settings, broken, ...others } = simulation;
  return {
    ...others,
    ...(broken === undefined ? {} : { unreadable: broken }),
    reading: { ...reading, formats: Object.fromEntries(reading.formats) },
    settings: settings.map(({ wrongHits, observed, ...figures }) => ({
      ...figures,
      wrongHits: wrongShare(wrongHits),
      observed: { ...observed, ...wrongShare({ ...observed, unknown: 0 }) },
    })),
  };
}
