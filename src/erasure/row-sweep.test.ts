import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { sealEntry } from "../core/entry.ts";
import { scopeOf, scopesOf } from "../core/scopes.ts";
import { memory } from "../stores/memory.ts";
import { type SideRow, sweepOwned, sweepTenant } from "./row-sweep.ts";

const forGood = { deleteAt: Number.POSITIVE_INFINITY };
const slot = (name: string) => name.padEnd(43, "_");
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function setUp() {
  const clock = new ManualClock();
  const store = memory({ clock });
  const at = clock.now();
  const lifetime = { createdAt: at, staleAt: at, revalidateUntil: at, errorUntil: at, deleteAt: at + 1e9 };
  const answer = (tenant: string, name: string, user?: string): void => {
    const belonging = { tenant, namespace: "", model: "m", version: "", user, tags: [] };
    const generations = scopesOf(belonging).map(({ name: scope }) => ({ scope, token: new Uint8Array(12) }));
    const note = { protocol: "openai-chat", model: "m", usage: undefined, tags: [] };
    const body = bytes({ said: name });
    store.set(
      tenant,
      slot(name),
      sealEntry({ form: "json", lifetime, tenant, generations, note, body }, slot(name)),
      forGood,
    );
  };
  const side = (key: string, value: SideRow): void => void store.set("acme", key, bytes(value), forGood);
  const keys = (tenant: string) => store.list({ tenant, limit: 1_000 }).items.map(({ key }) => key.replace(/_+$/, ""));
  return { store, answer, side, keys };
}

describe("sweepTenant", () => {
  it("removes all rows of the tenant but those that are kept, and none of another", async () => {
    const { store, answer, keys } = setUp();
    for (let index = 0; index < 450; index += 1) answer("acme", `a${index}`);
    answer("umbra", "b");
    store.set("acme", "g:tenant", bytes(1), forGood);
    store.set("acme", "semantic-normal:x", bytes(1), forGood);
    expect(await sweepTenant(store, "acme", (key) => key === "g:tenant")).toEqual({ rows: 451, answers: 450 });
    expect([keys("acme"), keys("umbra")]).toEqual([["g:tenant"], ["b"]]);
  });
});

describe("sweepOwned", () => {
  it("removes what bears his mark when its answer is long gone, and what nobody can tell the owner of", async () => {
    const { store, answer, side, keys } = setUp();
    answer("acme", "hers", "bob");
    answer("acme", "old", "bob");
    side("normal:his", { slot: slot("gone"), text: "where do I live", marks: ["ann"] });
    side("normal:hers", { slot: slot("hers"), text: "what is the time", marks: ["bob"] });
    side("judged:hers", { slot: slot("gone-too"), text: "where do I live", marks: ["bob"] });
    side("learnt:hers", { slot: slot("gone"), marks: ["bob"] });
    side("learnt:both", { slot: slot("hers"), marks: ["bob", "ann"] });
    side("learnt:nobodys", { slot: slot("gone"), marks: [] });
    side("normal:earlier", { slot: slot("gone"), text: "of an earlier version" });
    side("normal:living", { slot: slot("old"), text: "of an earlier version, too" });
    const swept = await sweepOwned(store, {
      tenant: "acme",
      scopes: new Set([scopeOf("user", "ann", "acme").name]),
      marks: new Set(["ann"]),
      sideRowOf: (_, value) => JSON.parse(Buffer.from(value).toString()) as SideRow,
      onFound: () => Promise.reject(new Error("there is no answer of his")),
    });
    expect(swept).toEqual({ rows: 4, answers: 0 });
    const left = ["hers", "learnt:hers", "learnt:nobodys", "normal:hers", "normal:living", "old"];
    expect(keys("acme").toSorted()).toEqual(left);
  });

  it("removes the answers of one user, what leads to them, and what was noted of the same questions", async () => {
    const { store, answer, side, keys } = setUp();
    answer("acme", "his", "ann");
    answer("acme", "hers", "bob");
    answer("acme", "everybodys");
    side("normal:1", { slot: slot("his"), text: "where do I live" });
    side("judged:2", { slot: slot("hers"), text: "where do I live" });
    side("normal:3", { slot: slot("hers"), text: "what is the time" });
    side("learnt:4", { slot: slot("his") });
    const found: string[] = [];
    const swept = await sweepOwned(store, {
      tenant: "acme",
      scopes: new Set([scopeOf("user", "ann", "acme").name]),
      marks: new Set(),
      sideRowOf: (_, value) => JSON.parse(Buffer.from(value).toString()) as SideRow,
      onFound: async (slots) => {
        // They are there as long as nobody knows of them elsewhere.
        expect(keys("acme")).toContain("his");
        found.push(...slots);
      },
    });
    expect(swept).toEqual({ rows: 4, answers: 1 });
    expect(found).toEqual([slot("his")]);
    expect(keys("acme").toSorted()).toEqual(["everybodys", "hers", "normal:3"]);
  });
});
