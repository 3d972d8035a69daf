import type { BudgetRow, Figure, Measured, Summary, Table } from "./benchmark.ts";

/** What a person reads after a program has run. */
export function printResult(result: Measured, log: (line: string) => void): void {
  const rows = [
    ...result.budget.map((row) => [row.what, shown(row), spread(row), limits(row), verdicts[row.met]]),
    ...result.figures.map((one) => [one.what, shown(one), spread(one), "", ""]),
  ];
  printRows(rows, log);
  for (const { title, head, rows: body } of (result.tables ?? []).map(standing)) {
    log(`\n  ${title}`);
    printRows([head, ...body], log);
  }
  for (const note of result.notes) log(`  - ${note}`);
}

function printRows(rows: readonly (readonly string[])[], log: (line: string) => void): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  for (const row of rows)
    log(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd()}`,
    );
}

/** On its side where it would be too wide for a terminal and is not as long as wide. */
function standing(table: Table): Table {
  const { title, head, rows } = table;
  if (head.length <= rows.length) return table;
  const all = [head, ...rows];
  const turned = head.map((_, column) => all.map((row) => row[column] as string));
  return { title, head: turned[0] as readonly string[], rows: turned.slice(1) };
}

export const verdicts: Readonly<Record<BudgetRow["met"], string>> = { aim: "aim met", must: "met", no: "NOT MET" };

export function shown(one: Figure | BudgetRow): string {
  return `${number(one.median)} ${one.unit}`;
}

export function spread({ least, most, samples }: Summary): string {
  return samples === 1 ? "" : `${number(least)} … ${number(most)}`;
}

export function limits({ must, aim, better, unit }: BudgetRow): string {
  const sign = better === "higher" ? "≥" : "≤";
  return `must ${sign} ${number(must)} ${unit}${aim === undefined ? "" : `, aim ${number(aim)}`}`;
}

/** Three significant digits, with separators from ten thousand. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString("en-US");
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
