import { describe, expect, it, vi } from "vitest";
import type { AskedBy } from "../core/asked-by.ts";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { Protocol } from "../core/protocol.ts";
import { EmbeddingIntake } from "../embeddings/embedding-intake.ts";
import { type PolicyRule, PolicyRules } from "../policy/rules.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { openAiEmbeddings } from "../protocols/openai-embeddings.ts";
import { Intake } from "./intake.ts";

const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const secret = fingerprintKey(Buffer.alloc(32, 1));
const origin = { id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) };
const acme: AskedBy = Object.freeze({ tenant: "acme" });
const umbra: AskedBy = Object.freeze({ tenant: "umbra" });

const intakeWith = (set: Partial<CallPolicy> = {}, rules: readonly PolicyRule[] = []) =>
  new Intake({ secret, rules: new PolicyRules({ ...policy, ...set }, rules) });

type Fields = Readonly<Record<string, string>>;

function read(
  intake: Intake,
  principal: AskedBy | undefined,
  headers: Fields = {},
  query = "",
  body: object = {},
  protocol: Protocol = openAiChat,
) {
  return intake.read({
    protocol,
    endpoint: "/chat/completions",
    originFor: () => origin,
    query,
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...body })),
    principal,
  }).call;
}

function vectorsFor(set: Partial<CallPolicy> = {}, protocol = openAiEmbeddings) {
  const rules = new PolicyRules({ ...policy, ...set }, []);
  const intake = new EmbeddingIntake({ secret, rules, memoryBytes: 1_000_000, compat: [] });
  return (principal: AskedBy) =>
    intake.read({
      protocol,
      endpoint: "/embeddings",
      originFor: () => origin,
      query: "",
      rawHeaders: ["authorization", "Bearer umbra", "x-ai-user", "bob"],
      body: Buffer.from(JSON.stringify({ model: "m", input: "text" })),
      principal,
    }).call;
}

describe("a call whose asker is known", () => {
  it("is of that tenant, whatever its fields say, and its credentials go no further", () => {
    const intake = intakeWith();
    const credentials = { authorization: "Bearer umbra", cookie: "session=umbra", "x-api-key": "umbra" };
    const call = read(intake, acme, { ...credentials, "x-custom": "1" });
    expect(call.principal).toEqual({ tenant: "acme", user: undefined });
    expect(call.headers).toMatchObject({ "x-custom": "1" });
    for (const name of Object.keys(credentials)) expect(call.headers).not.toHaveProperty(name);
    // What is not forwarded does not count.
    expect(read(intake, acme, { "x-custom": "1" }).key).toBe(call.key);
  });

  it("never shares with another tenant, also where both send the same bytes in turn", () => {
    const intake = intakeWith();
    const namespaces = [{}, { "x-ai-cache-namespace": "acme" }, { "x-ai-cache-namespace": "umbra" }];
    const keys = [undefined, acme, umbra].flatMap((principal) =>
      namespaces.map((headers) => read(intake, principal, headers).key),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (let turn = 0; turn < 3; turn++) {
      expect(read(intake, acme).principal.tenant).toBe("acme");
      expect(read(intake, umbra).principal.tenant).toBe("umbra");
      expect(read(intake, undefined).principal.tenant).toBe("anonymous");
    }
  });

  it("is parsed for each tenant anew, so that its time does not tell what another one asked", () => {
    const parsed = vi.fn(openAiChat.parseRequest);
    const protocol: Protocol = { ...openAiChat, parseRequest: parsed };
    const intake = intakeWith();
    for (const principal of [acme, acme, umbra, umbra, acme]) read(intake, principal, {}, "", {}, protocol);
    expect(parsed).toHaveBeenCalledTimes(2);
    for (const token of ["a", "a", "b"])
      read(intake, undefined, { authorization: `Bearer ${token}` }, "", {}, protocol);
    expect(parsed).toHaveBeenCalledTimes(4);
  });

  it("is of the user of the key, and else of the one that it names", () => {
    const intake = intakeWith({ perUser: true });
    const ann: AskedBy = { ...acme, user: "ann" };
    const named = { "x-ai-user": "bob" };
    expect(read(intake, ann, named, "", { user: "bob" }).principal.user).toBe("ann");
    expect(read(intake, ann, named).key).toBe(read(intake, { ...ann }).key);
    expect(read(intake, acme, named).principal.user).toBe("bob");
    expect(read(intake, acme, {}, "", { user: "cyd" }).principal.user).toBe("cyd");
  });

  it("shares nothing that is of one user with whoever only says to be that one", () => {
    const intake = intakeWith({ perUser: true });
    const call = vectorsFor({ perUser: true });
    const claimed = read(intake, acme, { "x-ai-user": "ann" });
    expect(claimed.principal.user).toBe("ann");
    expect(read(intake, acme, {}, "", { user: "ann" }).key).toBe(claimed.key);
    expect(read(intake, { ...acme, user: "ann" }).key).not.toBe(claimed.key);
    // They say that they are Bob.
    expect(call(acme).slots).not.toEqual(call({ ...acme, user: "bob" }).slots);
  });

  it("is told from another key of the same tenant", () => {
    const intake = intakeWith();
    const [one, other]: AskedBy[] = [
      { ...acme, keyId: "one" },
      { ...acme, keyId: "other" },
    ];
    const told = [one, other, one].map((principal) => read(intake, principal).keyId);
    expect(told).toEqual(["one", "other", "one"]);
    expect(read(intake, one).key).toBe(read(intake, other).key);
  });

  it("may use only its layers, of which it may leave some out", () => {
    const intake = intakeWith();
    const exactOnly: AskedBy = { ...acme, layers: ["exact"] };
    const layersOf = (principal: AskedBy, headers: Fields = {}) => read(intake, principal, headers).directives.layers;
    expect(layersOf(exactOnly)).toEqual(new Set(["exact"]));
    expect(layersOf(exactOnly, { "x-ai-cache-layers": "semantic,exact" })).toEqual(new Set(["exact"]));
    expect(layersOf(exactOnly, { "x-ai-cache-layers": "semantic" })).toEqual(new Set());
    expect(layersOf(acme)).toBeUndefined();
  });

  it("counts what its query says, credentials too, since that is sent on", () => {
    const intake = intakeWith();
    const keys = ["", "?key=a", "?key=b"].map((query) => read(intake, acme, {}, query).key);
    expect(new Set(keys).size).toBe(3);
  });

  it("follows the rules of its tenant and its user by their names", () => {
    const intake = intakeWith({}, [
      { match: { tenant: "ac*", user: "ann" }, set: { perUser: true } },
      { match: { tenant: "acme" }, set: { ttlMs: 5 } },
    ]);
    expect(read(intake, { ...acme, user: "ann" }).policy).toMatchObject({ ttlMs: 5, perUser: true });
    expect(read(intake, acme, { "x-ai-user": "ann" }).policy).toMatchObject({ ttlMs: 5, perUser: true });
    expect(read(intake, acme).policy).toMatchObject({ ttlMs: 5, perUser: false });
    expect(read(intake, { ...umbra, user: "ann" }).policy).toMatchObject({ ttlMs: 1, perUser: false });
  });

  it("asks for vectors as the same tenant", () => {
    const call = vectorsFor();
    const ann = call({ ...acme, user: "ann" });
    expect(ann.principal).toEqual({ tenant: "acme", user: "ann" });
    expect(ann.headers).not.toHaveProperty("authorization");
    expect(call(umbra).slots).not.toEqual(ann.slots);
  });

  it("for vectors is parsed for each tenant anew, too", () => {
    const parsed = vi.fn(openAiEmbeddings.parseRequest);
    const call = vectorsFor({}, { ...openAiEmbeddings, parseRequest: parsed });
    for (const principal of [acme, acme, umbra, acme]) call(principal);
    expect(parsed).toHaveBeenCalledTimes(2);
  });
});
