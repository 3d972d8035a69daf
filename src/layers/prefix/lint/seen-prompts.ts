import { SectionTable, type SeenSection } from "./seen-section.ts";

/**
 * The prompts of late, the least recently used forgotten first, and which of them a new one should have shared its start
 * with. First come those that are equal to it for the most sections: whoever shares less was no use to it anyway. Among
 * these the one counts whose rest is most like its own, by signatures of sections and, where they part, of lines. A
 * prompt that goes on another takes its place, so a conversation is one prompt, however long.
 */

export interface PromptOfLate {
  /** What tells the call apart in its log. */
  readonly id: string;
  readonly places: readonly string[];
  readonly sections: readonly SeenSection[];
  readonly family: number;
  /** When it came, and when its answer was complete. */
  readonly at: number | undefined;
  readonly endedAt: number | undefined;
}

export class SeenPrompt {
  readonly call: PromptOfLate;
  #signatures: ReadonlySet<number> | undefined;

  constructor(call: PromptOfLate) {
    this.call = call;
  }

  get sections(): readonly SeenSection[] {
    return this.call.sections;
  }

  /** Of its sections. */
  get signatures(): ReadonlySet<number> {
    this.#signatures ??= new Set(this.sections.map(({ signature }) => signature));
    return this.#signatures;
  }
}

export interface Nearest {
  readonly prompt: SeenPrompt;
  /** Leading sections that are equal. */
  readonly shared: number;
  /** Sections behind them that were made from the same texts. */
  readonly likeness: number;
}

export interface SeenPromptsOptions {
  readonly mostPrompts: number;
  /** UTF-16 units of all together. */
  readonly mostLength: number;
}

/** Of one scope: prompts that could share a cache. */
type Scope = Set<SeenPrompt>;

export class SeenPrompts {
  readonly sections = new SectionTable();
  readonly #options: SeenPromptsOptions;
  readonly #scopes = new Map<string, Scope>();
  /** In the order of their use. */
  readonly #order = new Map<SeenPrompt, string>();

  constructor(options: SeenPromptsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#order.size;
  }

  /** Those that share the most sections with it, the likest first. */
  nearest(scope: string, sections: readonly SeenSection[]): readonly Nearest[] {
    let most = 0;
    let found: SeenPrompt[] = [];
    for (const prompt of this.#scopes.get(scope) ?? []) {
      const shared = sharedSections(prompt.sections, sections);
      if (shared < most) continue;
      if (shared > most) found = [];
      most = shared;
      found.push(prompt);
    }
    // Of equals the latest.
    return found
      .reverse()
      .map((prompt) => ({ prompt, shared: most, likeness: likeness(prompt, sections, most) }))
      .sort((one, other) => other.likeness - one.likeness);
  }

  /** Remembers it, in place of `instead`. */
  put(scope: string, prompt: SeenPrompt, instead: SeenPrompt | undefined): void {
    if (instead !== undefined) this.#drop(instead);
    let prompts = this.#scopes.get(scope);
    if (prompts === undefined) {
      prompts = new Set();
      this.#scopes.set(scope, prompts);
    }
    prompts.add(prompt);
    this.#order.set(prompt, scope);
    for (const oldest of this.#order.keys()) {
      const { mostPrompts, mostLength } = this.#options;
      if (this.#order.size <= mostPrompts && this.sections.length <= mostLength) break;
      this.#drop(oldest);
    }
  }

  #drop(prompt: SeenPrompt): void {
    const scope = this.#order.get(prompt);
    if (scope === undefined) return;
    this.#order.delete(prompt);
    const prompts = this.#scopes.get(scope) as Scope;
    prompts.delete(prompt);
    if (prompts.size === 0) this.#scopes.delete(scope);
    for (const section of prompt.sections) this.sections.leave(section);
  }
}

function sharedSections(one: readonly SeenSection[], other: readonly SeenSection[]): number {
  const most = Math.min(one.length, other.length);
  let shared = 0;
  while (shared < most && one[shared] === other[shared]) shared++;
  return shared;
}

function likeness(seen: SeenPrompt, sections: readonly SeenSection[], from: number): number {
  const [theirs, ours] = [seen.sections[from], sections[from]];
  if (theirs === undefined || ours === undefined) return 0;
  let sum = 0;
  for (let index = from; index < sections.length; index++) {
    const { signature, length } = sections[index] as SeenSection;
    if (seen.signatures.has(signature)) sum += length;
  }
  if (seen.signatures.has(ours.signature)) return sum;
  for (const [line, length] of ours.lines) if (theirs.lines.has(line)) sum += length;
  return sum;
}
