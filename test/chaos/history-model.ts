/**
 * What may be served after which invalidation. Every operation of a run is put down with its place in one order, so that
 * "before" needs no clock: an answer is as old as the beginning of the origin's call that computed it, and an
 * invalidation counts from its acknowledgement. An answer may not be served when an invalidation that takes it back
 * began after the answer did, and was acknowledged before the reader asked. What lies between is nobody's to say.
 *
 * On the node that was told it counts at once. On the others it counts a stated bound later, and only since they could
 * last ask the store. The method is that of Knossos and Jepsen, for the one property that is promised here.
 */

/** What an answer says of itself. */
export interface AnswerFacts {
  readonly serial: number;
  readonly tenant: string;
  readonly model: string;
  readonly question: string;
  readonly user: string;
  readonly tags: readonly string[];
}

export interface OriginCall {
  readonly facts: AnswerFacts;
  readonly begun: number;
  readonly begunMs: number;
}

export interface Purge {
  readonly node: number;
  readonly scope: string;
  readonly begun: number;
  acknowledged: { readonly at: number; readonly ms: number } | undefined;
}

export interface ReadBegun {
  readonly node: number;
  readonly begun: number;
  readonly begunMs: number;
  /** By the time of the machine. */
  readonly reallyBegunMs: number;
  readonly tenant: string;
  readonly model: string;
  readonly question: string;
}

export interface Served {
  readonly outcome: string | null;
  readonly serial: number;
  /** When the node last could not ask the store. */
  readonly troubledMs: number;
}

export interface Bounds {
  /** Within this other nodes follow. */
  readonly followMs: number;
  readonly freshMs: number;
  readonly longestMs: number;
  /** For so long a failure of the origin is told to those who come later. */
  readonly failureStandsMs: number;
}

/** How often the rules really had something to say; a run in which they had not shows nothing. */
export interface Tally {
  reads: number;
  served: number;
  failed: number;
  /** Streams that another node handed on through a server that died meanwhile. */
  broken: number;
  purges: number;
  /** Answers from the cache that some acknowledged invalidation of the same scope came before. */
  sameNode: number;
  otherNode: number;
}

export class HistoryModel {
  readonly tally: Tally = { reads: 0, served: 0, failed: 0, broken: 0, purges: 0, sameNode: 0, otherNode: 0 };
  readonly calls: OriginCall[] = [];
  readonly #bounds: Bounds;
  readonly #purges = new Map<string, Purge[]>();
  /** The last failure for each question, by the time of the machine: the server, which tells other nodes, has no other. */
  readonly #failures = new Map<string, number>();
  readonly #lines: { readonly at: number; readonly about: string; readonly text: string }[] = [];
  readonly #now: () => number;
  readonly #really: () => number;
  #order = 0;
  #disturbedMs = Number.NEGATIVE_INFINITY;

  /** `really` is the time of the machine, where `now` is one that a run pushes forward. */
  constructor(bounds: Bounds, now: () => number, really: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#now = now;
    this.#really = really;
  }

  /** The next place in the order. */
  next(): number {
    return ++this.#order;
  }

  /** Something that happened to all. */
  note(text: string): void {
    this.#say("all", text);
  }

  originBegins(facts: Omit<AnswerFacts, "serial">): OriginCall {
    const serial = this.calls.length;
    const call = { facts: { ...facts, serial }, begun: this.next(), begunMs: this.#now() };
    this.calls.push(call);
    this.#say(aboutOf(facts), `origin begins answer ${serial} for ${facts.user} [${facts.tags}]`);
    return call;
  }

  originFails(call: OriginCall, how: string): void {
    this.#failures.set(aboutOf(call.facts), this.#really());
    this.#say(aboutOf(call.facts), `origin fails answer ${call.facts.serial}: ${how}`);
  }

  purgeBegins(node: number, scope: string): Purge {
    const purge: Purge = { node, scope, begun: this.next(), acknowledged: undefined };
    const known = this.#purges.get(scope);
    if (known === undefined) this.#purges.set(scope, [purge]);
    else known.push(purge);
    this.#say("all", `node ${node} is told to take back ${scope} (${purge.begun})`);
    return purge;
  }

  purgeEnds(purge: Purge, isAcknowledged: boolean): void {
    if (isAcknowledged) {
      this.tally.purges += 1;
      purge.acknowledged = { at: this.next(), ms: this.#now() };
    }
    this.#say("all", `${purge.scope} (${purge.begun}) is ${isAcknowledged ? "taken back" : "refused"}`);
  }

  readBegins(read: Omit<ReadBegun, "begun" | "begunMs" | "reallyBegunMs">): ReadBegun {
    this.tally.reads += 1;
    return { ...read, begun: this.next(), begunMs: this.#now(), reallyBegunMs: this.#really() };
  }

  /** What is wrong with it; `undefined` when nothing is. */
  judge(read: ReadBegun, served: Served): string | undefined {
    this.tally.served += 1;
    const call = this.calls[served.serial];
    if (call === undefined) return "it was never computed";
    this.#say(aboutOf(read), `node ${read.node} answers ${served.serial} as ${served.outcome} to read ${read.begun}`);
    const { facts } = call;
    if (facts.tenant !== read.tenant) return `it is ${facts.tenant}'s`;
    if (aboutOf(facts) !== aboutOf(read)) return `it answers ${aboutOf(facts)}`;
    const ageMs = read.begunMs - call.begunMs;
    if (served.outcome === "HIT" && ageMs > this.#bounds.freshMs) return `it was fresh until ${ageMs} ms ago`;
    if (served.outcome === "STALE" && ageMs > this.#bounds.longestMs) return `it is ${ageMs} ms old`;
    for (const scope of scopesOf(facts)) {
      const purge = this.#takenBackBy(scope, call, read, served);
      if (purge !== undefined) return `node ${purge.node} had taken back ${scope} (${purge.begun})`;
    }
    return undefined;
  }

  /** Whether a failure of the origin explains that there was no answer. */
  explainsFailure(read: ReadBegun): boolean {
    this.tally.failed += 1;
    const failedMs = this.#failures.get(aboutOf(read));
    return failedMs !== undefined && this.#stoodFor(read, failedMs);
  }

  /** The server fails, or does not any more; or time passes under reads, and what a leader holds with it. */
  disturbed(text: string): void {
    this.#disturbedMs = this.#really();
    this.note(text);
  }

  /** A stream that had begun goes through the server, and cannot go on without it. */
  explainsBreak(read: ReadBegun, outcome: string | null): boolean {
    if (outcome !== "COALESCED" || !this.#stoodFor(read, this.#disturbedMs)) return false;
    this.tally.broken += 1;
    return true;
  }

  /** While it was under way, or as it began: how long it then took is the machine's affair. */
  #stoodFor(read: ReadBegun, sinceMs: number): boolean {
    return read.reallyBegunMs - sinceMs < this.#bounds.failureStandsMs;
  }

  /** What happened to the answer and around it, from its beginning until now. */
  story(serial: number, about: string): string {
    const from = this.calls[serial]?.begun ?? 0;
    const lines = this.#lines.filter((line) => line.at >= from && (line.about === "all" || line.about === about));
    const shown = lines.length > 60 ? [...lines.slice(0, 20), undefined, ...lines.slice(-40)] : lines;
    return shown.map((line) => (line === undefined ? "..." : `${line.at}: ${line.text}`)).join("\n");
  }

  #takenBackBy(scope: string, call: OriginCall, read: ReadBegun, served: Served): Purge | undefined {
    const purges = this.#purges.get(scope) ?? [];
    for (let index = purges.length - 1; index >= 0; index--) {
      const purge = purges[index] as Purge;
      const { acknowledged, node } = purge;
      if (acknowledged === undefined || acknowledged.at > read.begun) continue;
      const isSame = node === read.node;
      const since = isSame ? acknowledged.ms : Math.max(acknowledged.ms, served.troubledMs) + this.#bounds.followMs;
      if (!isSame && read.begunMs < since) continue;
      if (served.outcome === "HIT" || served.outcome === "STALE") this.tally[isSame ? "sameNode" : "otherNode"] += 1;
      // Those before it began earlier still.
      return purge.begun > call.begun ? purge : undefined;
    }
    return undefined;
  }

  #say(about: string, text: string): void {
    this.#lines.push({ at: this.#order, about, text: `${Math.round(this.#now()) % 10_000_000} ms, ${text}` });
    if (this.#lines.length > 200_000) this.#lines.splice(0, 100_000);
  }
}

export function aboutOf(what: { readonly tenant: string; readonly model: string; readonly question: string }): string {
  return `${what.tenant}/${what.model}/${what.question}`;
}

/** By what an answer can be taken back: in its tenant, and in all. */
function scopesOf(facts: AnswerFacts): readonly string[] {
  const { tenant, model, user, tags } = facts;
  const both = (name: string) => [`${name} of ${tenant}`, `${name} of all`];
  const groups = [...both("everything"), ...both(`model ${model}`), ...both(`user ${user}`)];
  return [...groups, ...tags.flatMap((tag) => both(`tag ${tag}`)), `key ${aboutOf(facts)}`];
}
