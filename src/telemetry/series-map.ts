/**
 * Series of a metric by the values of its labels, as a tree of one level for each label. A look-up on the request path is
 * then a few look-ups of strings that are known already; to make one text of the values and hash that would cost more than
 * all the counting. Calls of one kind come one after the other, so the series of the last one is kept at hand. The tree also
 * keeps apart what a text could not, whatever the values contain.
 */

export interface Series<State> {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: State;
}

type Branch<State> = Map<string, Branch<State> | Leaf<State>>;

/** The values of the labels, to find the leaf again when it falls. */
interface Leaf<State> extends Series<State> {
  readonly values: readonly string[];
}

export class SeriesMap<State> {
  readonly #labelNames: readonly string[];
  readonly #make: (labelValues: readonly string[]) => State;
  readonly #root: Branch<State> = new Map();
  /** In the order in which they came to be. */
  readonly #leaves = new Set<Leaf<State>>();
  #latest: Leaf<State> | undefined;

  /** `make`: the state of a new series. */
  constructor(labelNames: readonly string[], make: (labelValues: readonly string[]) => State) {
    this.#labelNames = labelNames;
    this.#make = make;
  }

  /** `labelValues`: one for each label, in the order of their names. */
  at(...labelValues: readonly string[]): State {
    const latest = this.#latest;
    if (latest !== undefined && areSame(latest.values, labelValues)) return latest.state;
    let branch = this.#root;
    const last = this.#labelNames.length - 1;
    for (let place = 0; place < last; place++) {
      const value = labelValues[place] ?? "";
      let next = branch.get(value) as Branch<State> | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(value, next);
      }
      branch = next;
    }
    const value = labelValues[last] ?? "";
    const leaf = (branch.get(value) as Leaf<State> | undefined) ?? this.#grow(branch, value, labelValues);
    this.#latest = leaf;
    return leaf.state;
  }

  /** Forgets the series that have this value at this place. */
  drop(labelName: string, labelValue: string): void {
    this.#latest = undefined;
    for (const leaf of this.#leaves) {
      if (leaf.labels[labelName] !== labelValue) continue;
      this.#leaves.delete(leaf);
      fell(this.#root, leaf.values, 0);
    }
  }

  all(): Iterable<Series<State>> {
    return this.#leaves;
  }

  #grow(branch: Branch<State>, value: string, labelValues: readonly string[]): Leaf<State> {
    const values = this.#labelNames.map((_, place) => labelValues[place] ?? "");
    const labels = Object.fromEntries(this.#labelNames.map((name, place) => [name, values[place] as string]));
    const leaf = { labels, state: this.#make(values), values };
    branch.set(value, leaf);
    this.#leaves.add(leaf);
    return leaf;
  }
}

function areSame(values: readonly string[], asked: readonly string[]): boolean {
  for (let place = 0; place < values.length; place++) if (values[place] !== asked[place]) return false;
  return true;
}

/** Takes the leaf off, and the branches that bear nothing any more. */
function fell<State>(branch: Branch<State>, values: readonly string[], place: number): void {
  const value = values[place] ?? "";
  const next = branch.get(value);
  if (next instanceof Map) fell(next, values, place + 1);
  if (!(next instanceof Map) || next.size === 0) branch.delete(value);
}
