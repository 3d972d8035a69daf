import { join } from "node:path";
import type { Benchmark, BudgetRow, Figure } from "../benchmark.ts";
import { budgetRow, figure } from "../budget.ts";
import { bothCores, type Child, startNode } from "../child-process.ts";
import { interleave } from "../interleave.ts";
import { withFolder } from "../temporary.ts";
import type { LoadTimes, LookupTimes, VectorFacts, VectorQuestion } from "./vectors-process.ts";

/** Look-ups in the embedded store of vectors, over a file, against brute force in plain JavaScript. */

const script = new URL("./vectors-process.ts", import.meta.url).pathname;

const sizes = [
  { count: 10_000, dimensions: 256, lookupMs: { must: 0.5, aim: 0.3 } },
  { count: 10_000, dimensions: 384, lookupMs: { must: 0.5, aim: 0.3 } },
  { count: 100_000, dimensions: 256, lookupMs: { must: 4, aim: 2.5 } },
  { count: 100_000, dimensions: 384, lookupMs: { must: 4, aim: 2.5 } },
] as const;
type Size = (typeof sizes)[number];

const nameOf = ({ count, dimensions }: Size) =>
  `${count.toLocaleString("en-US")} vectors of ${dimensions.toLocaleString("en-US")} dimensions`;

export const vectors: Benchmark = {
  name: "vectors",
  describe: "the nearest 8 in the embedded store of vectors, against brute force in plain JavaScript",
  run: ({ quick, log }) =>
    withFolder(async (folder) => {
      const budget: BudgetRow[] = [];
      const figures: Figure[] = [];
      for (const size of sizes) {
        log(nameOf(size));
        const measured = await measure(size, join(folder, `${size.count}-${size.dimensions}`), quick);
        budget.push(...measured.budget);
        figures.push(...measured.figures);
      }
      return {
        budget,
        figures,
        notes: [
          "Vectors are random; a question has a cosine of about 0.9 with one that is stored, and each look-up must find it. Embedding is not part of it.",
          "Look-ups come one after the other, a turn of the event loop each. The event loop is blocked for as long as the longest turn of a round takes, which other work of the machine lengthens.",
          "Brute force: 32-bit floats in plain JavaScript, in the same process.",
          "Memory: what opening the file and reading the partition adds to the process.",
        ],
      };
    }),
};

async function measure(size: Size, folder: string, quick: boolean) {
  const { count, dimensions, lookupMs } = size;
  const parameters = [folder, String(quick ? count / 20 : count), String(dimensions)];
  const child = startNode(script, parameters, { core: bothCores, nodeOptions: ["--expose-gc"] });
  try {
    await child.says(/^ready$/m);
    const facts = await ask<VectorFacts>(child, "facts");
    const lookups = () => ask<LookupTimes>(child, { lookups: quick ? 20 : 300 });
    const { times } = await interleave({ times: lookups }, { rounds: quick ? 1 : 7 });
    const { loads } = await interleave({ loads: () => ask<LoadTimes>(child, "load") }, { rounds: quick ? 1 : 3 });
    const of = (field: keyof LookupTimes) => times.map((round) => round[field]);
    const name = nameOf(size);
    const against = "brute force, below";
    const blocked = { must: 5, better: "lower", unit: "ms" } as const;
    return {
      budget: [
        budgetRow(`look-up in ${name}, p50`, against, of("p50"), { ...lookupMs, better: "lower", unit: "ms" }),
        budgetRow(`look-ups in ${name}: event loop blocked at most`, against, of("turnMs"), blocked),
        budgetRow(
          `reading ${name}: event loop blocked at most`,
          against,
          loads.map(({ turnMs }) => turnMs),
          blocked,
        ),
        budgetRow(`nearest 8 of ${name} that are found`, against, [facts.recall * 100], {
          must: 100,
          better: "higher",
          unit: "%",
        }),
      ],
      figures: [
        figure(`${name}: look-up, p99`, "ms", of("p99")),
        figure(`${name}: brute force`, "ms", of("bruteForceMs")),
        figure(`${name}: puts a second, until they are in the file`, "vectors/s", [facts.insertsPerSecond]),
        figure(
          `${name}: read from the file`,
          "ms",
          loads.map(({ loadMs }) => loadMs),
        ),
        figure(`${name}: memory`, "MB", [facts.megabytes]),
      ],
    };
  } finally {
    await child.stop(1_000);
  }
}

function ask<Answer>(child: Child, question: VectorQuestion): Promise<Answer> {
  return child.ask<Answer>(question);
}
