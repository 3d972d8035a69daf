/** How long somebody's answers usually are, for calls that name no bound: a mean in which each new one counts an eighth. */
export class UsualAnswer {
  #tokens = 200;

  get tokens(): number {
    return Math.ceil(this.#tokens);
  }

  heard(tokens: number): void {
    this.#tokens += (tokens - this.#tokens) / 8;
  }
}
