import { Session } from "node:inspector";

/**
 * How much of the source runs have reached. V8 counts blocks (precise coverage, `Profiler.takePreciseCoverage` of the
 * Chrome DevTools Protocol), and a count that is taken sets the counters back. A block is told as a range of a function,
 * inner ranges after the outer ones they are part of, so painting them in their order says of each character whether it
 * ran. Functions are kept apart: a closure that was made has not run.
 */
export class ReachedSource {
  readonly #isCounted: (url: string) => boolean;
  /** By function: 1 for each character that ran. */
  readonly #reached = new Map<string, Uint8Array>();
  #characters = 0;

  constructor(isCounted = isOurs) {
    this.#isCounted = isCounted;
    // What ran before is nobody's find.
    ask("Profiler.takePreciseCoverage");
  }

  /** Characters of the source reached so far. */
  get characters(): number {
    return this.#characters;
  }

  /** Whether the runs since the last count reached anything for the first time; they count as if they had not been. */
  hasNews(): boolean {
    return this.#count((reached, ran) => ran.some((one, at) => one === 1 && reached[at] === 0)) > 0;
  }

  /** How many characters the runs since the last count reached for the first time. */
  taken(): number {
    const news = this.#count((reached, ran) => {
      let found = 0;
      for (let at = 0; at < ran.length; at++) {
        if (ran[at] === 0 || reached[at] === 1) continue;
        reached[at] = 1;
        found++;
      }
      return found;
    });
    this.#characters += news;
    return news;
  }

  #count(newsIn: (reached: Uint8Array, ran: Uint8Array) => number | boolean): number {
    const { result } = ask("Profiler.takePreciseCoverage") as { result: readonly ScriptCoverage[] };
    let news = 0;
    for (const { scriptId, url, functions } of result) {
      if (!this.#isCounted(url)) continue;
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0) continue;
        news += Number(newsIn(this.#ofFunction(scriptId, whole), painted(ranges, whole)));
      }
    }
    return news;
  }

  #ofFunction(scriptId: string, { startOffset, endOffset }: Range): Uint8Array {
    const name = `${scriptId}:${startOffset}:${endOffset}`;
    const known = this.#reached.get(name) ?? new Uint8Array(endOffset - startOffset);
    this.#reached.set(name, known);
    return known;
  }
}

/**
 * Of the whole process, and begun when this module is loaded: V8 counts blocks only of functions that it compiles
 * afterwards, and of none any more once the counting was stopped and begun anew.
 */
const session = new Session();
session.connect();
ask("Profiler.enable");
ask("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/** A session in its own thread is answered before `post` returns. */
function ask(method: string, parameters: object = {}): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, result) => {
    if (error !== null) throw error;
    answer = result;
  });
  return answer;
}

function isOurs(url: string): boolean {
  return /\/src\/.*\.ts$/.test(url) && !url.includes("/node_modules/");
}

function painted(ranges: readonly Range[], { startOffset: from, endOffset: to }: Range): Uint8Array {
  const ran = new Uint8Array(to - from);
  for (const { startOffset, endOffset, count } of ranges) {
    ran.fill(count > 0 ? 1 : 0, startOffset - from, endOffset - from);
  }
  return ran;
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}
