/** Who is at work on which node. A node can be shut: then nobody enters, and what is to be done waits until all have left. */
export class HistoryDoors {
  readonly #operations: number;
  readonly #inside = new Map<number, number>();
  readonly #shut = new Map<number, Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #done = 0;

  constructor(operations: number) {
    this.#operations = operations;
  }

  /** All have ended. */
  get isOver(): boolean {
    return this.#done >= this.#operations;
  }

  /** Resolves, when the node is open, to what is called on leaving. */
  async enter(node: number): Promise<() => void> {
    for (let shut = this.#shut.get(node); shut !== undefined; shut = this.#shut.get(node)) await shut;
    this.#inside.set(node, this.#at(node) + 1);
    return () => {
      this.#inside.set(node, this.#at(node) - 1);
      this.#done += 1;
      for (const look of [...this.#waiting]) look();
    };
  }

  /** Resolves when so many more have ended, or all have. */
  after(count: number): Promise<void> {
    const end = Math.min(this.#done + count, this.#operations);
    return this.#until(() => this.#done >= end);
  }

  async closed(nodes: readonly number[], action: () => Promise<void>): Promise<void> {
    for (const node of nodes) while (this.#shut.has(node)) await this.#shut.get(node);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    for (const node of nodes) this.#shut.set(node, opened);
    try {
      await this.#until(() => nodes.every((node) => this.#at(node) === 0));
      await action();
    } finally {
      for (const node of nodes) this.#shut.delete(node);
      open();
    }
  }

  #at(node: number): number {
    return this.#inside.get(node) ?? 0;
  }

  #until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }
}
