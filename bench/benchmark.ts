/** What a benchmark is, and what it brings back. */

export interface BenchOptions {
  /** Shorter runs that only show that everything works; their figures mean nothing. */
  readonly quick: boolean;
  /** `--data FILE`: the trace of a workload that replays one. */
  readonly data: string | undefined;
  readonly semantic: SemanticBenchOptions;
  readonly log: (line: string) => void;
}

/** Of the benchmark `semantic` alone. All are paths of files. */
export interface SemanticBenchOptions {
  /** Labelled pairs to measure in place of everything else. */
  readonly pairs: string | undefined;
  /** Vectors of MiniLM, as `training/teacher_vectors.py` writes them. */
  readonly minilm: string | undefined;
  /** Gets the texts for which these are needed; nothing is measured. */
  readonly minilmTexts: string | undefined;
  /** Gets what was answered wrongly, or not at all. */
  readonly errors: string | undefined;
}

export interface Benchmark {
  /** As on the command line; also the name of its result file. */
  readonly name: string;
  readonly describe: string;
  /** One that takes longer hangs; default three minutes. */
  readonly mostMs?: number;
  /** Only when it is named: it takes longer than all others together. */
  readonly onDemand?: boolean;
  run(options: BenchOptions): Promise<BenchResult>;
}

export type BenchResult = Measured | Skipped;

export interface Measured {
  /** One row for each line of the budget that this program measures. */
  readonly budget: readonly BudgetRow[];
  /** Everything else that was measured. */
  readonly figures: readonly Figure[];
  /** Where figures are easier to read beside one another. */
  readonly tables?: readonly Table[];
  /** What only programs read. */
  readonly details?: unknown;
  /** Not what the program measures as a rule: no result is written. */
  readonly isPartial?: boolean;
  /** How it was measured, and what a reader must know to judge it. */
  readonly notes: readonly string[];
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** There is nothing to measure here; not a failure. */
export interface Skipped {
  readonly skipped: string;
}

export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: number;
}

export interface Figure extends Summary {
  readonly what: string;
  readonly unit: string;
}

export interface Bound {
  readonly must: number;
  readonly aim?: number;
  readonly better: "higher" | "lower";
  /** `x` for a ratio. */
  readonly unit: string;
}

export interface BudgetRow extends Summary, Bound {
  readonly what: string;
  readonly against: string;
  readonly met: "aim" | "must" | "no";
  /** False when the other side was not measured in this run. */
  readonly interleaved: boolean;
}
