import { describe, expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import { guarded } from "../stores/guarded.ts";
import { memory } from "../stores/memory.ts";
import { RenewalJournal } from "./renewal-journal.ts";
import { VerifiedStore } from "./verified-store.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const [before, after] = [bytes("before......"), bytes("after.......")];
const renewal = { kind: "renewed", tenant: "t", scope: "tag:a", token: after, before } as const;

function harness() {
  const clock = new ManualClock();
  const server = memory({ clock });
  const line = { isCut: false, onAnswer: () => {} };
  /** What is there when the line is cut answers nothing. */
  const over = <T>(call: () => T): T => {
    if (line.isCut) throw new Error("cut");
    const answer = call();
    line.onAnswer();
    return answer;
  };
  const remote: Store = {
    name: "remote",
    get: async (tenant, keys) => over(() => server.get(tenant, keys)),
    set: async (...given) => over(() => server.set(...given)),
    add: async (...given) => over(() => server.add(...given)),
    delete: async (tenant, key) => over(() => server.delete(tenant, key)),
    stats: () => server.stats(),
    close: () => server.close(),
  };
  const lost: number[] = [];
  const journal = new RenewalJournal({ store: remote, clock, deadlineMs: 50, onLost: (count) => lost.push(count) });
  const store = new VerifiedStore(guarded(remote, { clock }), journal);
  return { clock, server, line, journal, store, lost };
}

describe("a store that may have forgotten its last writes", () => {
  test("gives no generation back that was replaced, from the first read on", async () => {
    const { server, journal, store, lost } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    journal.doubt();
    expect(await store.get("t", ["g:tag:a"])).toEqual([after]);
    expect(lost).toEqual([1]);
    expect(await server.get("t", ["g:tag:a"])).toEqual([after]);
  });

  test("gives the same with what it knows of the values", async () => {
    const { server, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    journal.doubt();
    expect((await store.getEntries("t", ["g:tag:a"]))[0]?.value).toEqual(after);
  });

  test("leaves a generation alone that is later still", async () => {
    const { server, journal, store, lost } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", bytes("later......."), forEver);
    journal.doubt();
    expect(await store.get("t", ["g:tag:a"])).toEqual([bytes("later.......")]);
    expect(lost).toEqual([]);
  });

  test("finds nothing while nobody can look, and everything afterwards", async () => {
    const { server, line, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    server.set("t", "k", bytes("v"), forEver);
    line.isCut = true;
    journal.doubt();
    expect(await store.get("t", ["k"])).toEqual([undefined]);
    await expect(store.getEntries("t", ["k"])).rejects.toThrow();
    expect(journal.isInDoubt).toBe(true);
    line.isCut = false;
    expect(await store.get("t", ["k", "g:tag:a"])).toEqual([bytes("v"), after]);
    expect(journal.isInDoubt).toBe(false);
  });

  test("gives none that was replaced to whoever adds one, and adds none while nobody can look", async () => {
    const { server, line, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    journal.doubt();
    expect(await store.add("t", "g:tag:a", bytes("candidate..."), forEver)).toEqual(after);
    line.isCut = true;
    journal.doubt();
    await expect(store.add("t", "g:tag:b", bytes("candidate..."), forEver)).rejects.toThrow(StoreUnavailableError);
  });

  test("is asked again where it came into doubt before it answered", async () => {
    const { server, line, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    // The client of a Cluster asks whoever took over when the one it had asked is gone.
    const doubtOnce = () => {
      line.onAnswer = () => {};
      journal.doubt();
    };
    for (const read of [
      async () => (await store.get("t", ["g:tag:a"]))[0],
      async () => (await store.getEntries("t", ["g:tag:a"]))[0]?.value,
      async () => store.add("t", "g:tag:a", bytes("candidate..."), forEver),
    ]) {
      server.set("t", "g:tag:a", before, forEver);
      line.onAnswer = doubtOnce;
      expect(await read()).toEqual(after);
    }
  });

  test("gives nothing where it comes into doubt with each answer", async () => {
    const { server, line, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", before, forEver);
    line.onAnswer = () => journal.doubt();
    expect(await store.get("t", ["g:tag:a"])).toEqual([undefined]);
    await expect(store.getEntries("t", ["g:tag:a"])).rejects.toThrow(StoreUnavailableError);
    await expect(store.add("t", "g:tag:a", bytes("candidate..."), forEver)).rejects.toThrow(StoreUnavailableError);
  });

  test("is looked at again where it came into doubt during the look", async () => {
    const { server, journal, store } = harness();
    journal.note(renewal);
    server.set("t", "g:tag:a", after, forEver);
    const looking = journal.look();
    server.set("t", "g:tag:a", before, forEver);
    journal.doubt();
    await looking;
    expect(await store.get("t", ["g:tag:a"])).toEqual([after]);
  });
});
