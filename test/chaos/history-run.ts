import { readEntryId } from "../../src/core/entry-id.ts";
import type { Invalidation } from "../../src/storage/invalidation-wish.ts";
import { aboutOf, type HistoryModel, type ReadBegun } from "./history-model.ts";
import type { HistoryNode } from "./history-node.ts";
import { type ChatRequest, factsIn } from "./history-origin.ts";

/**
 * Random operations on two nodes, a few at a time: reads by several tenants, and invalidations of every kind on either
 * node. Every answer is held against the history. What else happens meanwhile (faults, time that passes) is the caller's.
 */

export interface HistoryRunOptions {
  readonly history: HistoryModel;
  readonly fraction: () => number;
  readonly operations: number;
  /** Replaced by whoever restarts one. */
  readonly nodes: HistoryNode[];
  /** Resolves when the node may be used. */
  readonly enter: (node: number) => Promise<() => void>;
}

const together = 8;
const tenants = ["Bearer ann", "Bearer bob", "Bearer cem"];
const models = ["scripted-small", "scripted-large"];
const users = ["user-1", "user-2"];
const questions = 8;

export class HistoryRun {
  readonly #options: HistoryRunOptions;
  /** Ids of entries that were heard of, by what they answer; and by them the tenants' own names. */
  readonly #ids = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #done = 0;

  constructor(options: HistoryRunOptions) {
    this.#options = options;
  }

  /** Rejects with the story of the first answer that must not have been served. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: together }, () => this.#work()));
  }

  async #work(): Promise<void> {
    const { operations, enter, nodes } = this.#options;
    for (let mine = this.#done++; mine < operations; mine = this.#done++) {
      const node = this.#pick([0, 1]);
      const leave = await enter(node);
      try {
        if (this.#options.fraction() < 0.08) await this.#purge(node, nodes[node] as HistoryNode);
        else await this.#read(node, nodes[node] as HistoryNode);
      } finally {
        leave();
      }
    }
  }

  async #read(index: number, node: HistoryNode): Promise<void> {
    const { history, fraction } = this.#options;
    const question = Math.floor(fraction() * questions);
    const tenant = this.#pick(tenants);
    const model = this.#pick(models);
    const user = this.#pick(users);
    // Some name both tags, some one, some none; an answer has those of whoever asked first.
    const tags = [`doc:${question % 3}`, "shared"].slice(0, this.#pick([2, 2, 1, 0])).join(",");
    const request: ChatRequest = {
      model,
      messages: [{ role: "user", content: `question ${question}` }],
      stream: fraction() < 0.5,
      user,
      metadata: { tags },
    };
    const wish = fraction();
    const read = history.readBegins({ node: index, tenant, model, question: `question ${question}` });
    const reading = await node.ask(request, {
      authorization: tenant,
      ...(tags === "" ? {} : { "x-ai-cache-tags": tags }),
      ...(wish < 0.03 ? { "cache-control": "no-cache" } : wish < 0.06 ? { "cache-control": "no-store" } : {}),
    });
    const { outcome, status, error, text } = reading;
    if (status !== 200 || error !== undefined) {
      if (history.explainsFailure(read) || (status === 200 && history.explainsBreak(read, outcome))) return;
      throw this.#violation(read, undefined, `${outcome}, status ${status} without a failure of the origin (${error})`);
    }
    const facts = factsIn(text);
    if (facts === undefined) throw this.#violation(read, undefined, `an altered answer: ${reading.raw}`);
    const fault = history.judge(read, { outcome, serial: facts.serial, troubledMs: node.troubledMs() });
    if (fault !== undefined) throw this.#violation(read, facts.serial, fault);
    this.#remember(read, reading.headers.get("x-ai-cache-entry"));
  }

  #remember(read: ReadBegun, id: string | null): void {
    if (id === null) return;
    this.#ids.set(aboutOf(read), id);
    this.#names.set(read.tenant, readEntryId(id)?.tenant as string);
  }

  async #purge(index: number, node: HistoryNode): Promise<void> {
    const { history } = this.#options;
    const target = this.#target();
    if (target === undefined) return;
    const purge = history.purgeBegins(index, target.scope);
    history.purgeEnds(purge, await node.invalidate(target.wish));
  }

  /** What to take back; `undefined` as long as the names for it are not known. */
  #target(): { readonly scope: string; readonly wish: Invalidation } | undefined {
    const { fraction } = this.#options;
    const kind = this.#pick([
      "tag",
      "tag",
      "tag",
      "key",
      "key",
      "key",
      "user",
      "model",
      "tenant",
      "everything",
    ] as const);
    if (kind === "key") {
      const [about, id] = this.#pick([...this.#ids]) ?? [];
      return id === undefined ? undefined : { scope: `key ${about}`, wish: { keys: [id] } };
    }
    const [tenant, name] = this.#pick([...this.#names]) ?? [];
    if (name === undefined) return undefined;
    const isOfAll = kind !== "tenant" && fraction() < 0.2;
    const whose = isOfAll ? "all" : tenant;
    const where = isOfAll ? {} : { tenant: name };
    if (kind === "tenant") return { scope: `everything of ${tenant}`, wish: { tenant: name } };
    if (kind === "everything") return { scope: `everything of ${whose}`, wish: { ...where, all: true } };
    if (kind === "model") {
      const model = this.#pick(models);
      return { scope: `model ${model} of ${whose}`, wish: { ...where, model } };
    }
    if (kind === "user") {
      const user = this.#pick(users);
      return { scope: `user ${user} of ${whose}`, wish: { ...where, user } };
    }
    const tag = this.#pick(["doc:0", "doc:1", "doc:2", "shared"]);
    return { scope: `tag ${tag} of ${whose}`, wish: { ...where, tags: [tag] } };
  }

  #violation(read: ReadBegun, serial: number | undefined, fault: string): Error {
    const { history } = this.#options;
    const about = aboutOf(read);
    const from = serial ?? Math.max(0, history.calls.length - 10);
    return new Error(`read ${read.begun} of ${about} on node ${read.node}: ${fault}\n${history.story(from, about)}`);
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#options.fraction() * list.length)] as T;
  }
}
