/** Server-sent events out of a body that comes in pieces (HTML Living Standard, section 9.2.6). */

export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

export class EventParser {
  #rest = "";
  #name = "";
  #data: string[] = [];

  /** What is complete with this piece. */
  push(piece: string): readonly ServerEvent[] {
    const found: ServerEvent[] = [];
    const text = this.#rest + piece;
    // A lone CR at the end may be the first half of a CRLF.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") this.#take(line);
      else if (this.#data.length > 0) found.push({ name: this.#name || "message", data: this.#data.join("\n") });
      if (line === "") [this.#name, this.#data] = ["", []];
    }
    return found;
  }

  #take(line: string): void {
    const [field = "", value = ""] = line.split(/:(.*)/s);
    const told = value.startsWith(" ") ? value.slice(1) : value;
    if (field === "event") this.#name = told;
    if (field === "data") this.#data.push(told);
  }
}
