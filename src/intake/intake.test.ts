import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { Origin } from "../core/origin.ts";
import type { CallPolicy } from "../core/policy.ts";
import { type PolicyRule, PolicyRules } from "../policy/rules.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { Intake } from "./intake.ts";

const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const origins = new Map<string, Origin>();
const originOf = (id: string): Origin => {
  const known = origins.get(id) ?? { id, send: () => Promise.reject(new Error("not asked")) };
  origins.set(id, known);
  return known;
};

const intakeWith = (set: Partial<CallPolicy> = {}, rules: readonly PolicyRule[] = []) =>
  new Intake({ secret: fingerprintKey(Buffer.alloc(32, 1)), rules: new PolicyRules({ ...policy, ...set }, rules) });

interface Sent {
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: object;
  readonly query?: string;
  readonly originId?: string;
}

const body = { model: "m", messages: [{ role: "user", content: "hi" }] };

function read(
  intake: Intake,
  { headers = [["authorization", "Bearer a"]], body: given = body, query = "", originId = "http://o/v1" }: Sent = {},
) {
  return intake.read({
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => originOf(originId),
    query,
    rawHeaders: headers.flat(),
    body: Buffer.from(JSON.stringify(given)),
  });
}

/** The parts of a request. */
const drawn = fc.record({
  headers: fc.record({
    authorization: fc.constantFrom("Bearer a", "Bearer b"),
    "x-api-key": fc.constantFrom(undefined, "k"),
    "openai-organization": fc.constantFrom(undefined, "org"),
    "x-custom": fc.constantFrom(undefined, "1", "1\nx-other:2"),
    "x-other": fc.constantFrom(undefined, "2"),
    "x-ai-user": fc.constantFrom(undefined, "u1", "u2"),
    "x-ai-cache-namespace": fc.constantFrom(undefined, "n"),
    "x-ai-cache-version": fc.constantFrom(undefined, "n"),
    "user-agent": fc.constantFrom(undefined, "agent/1", "agent/2"),
    "x-forwarded-for": fc.constantFrom(undefined, "10.0.0.1"),
    "content-length": fc.constantFrom("10", "20"),
  }),
  body: fc.record(
    {
      model: fc.constantFrom("m", "n"),
      messages: fc.constantFrom(body.messages, [{ role: "user", content: "ho" }]),
      temperature: fc.constantFrom(0, 1),
      user: fc.constantFrom("u1", "u2"),
      stream: fc.boolean(),
    },
    { noNullPrototype: true },
  ),
  query: fc.constantFrom("", "?api-version=1", "?api-version=2"),
  originId: fc.constantFrom("http://o/v1", "http://p/v1"),
});

type Parts = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

const requestOf = ({ headers, ...rest }: Parts) => ({
  ...rest,
  headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  ),
});
type Drawn = ReturnType<typeof requestOf>;

/** A request and others that differ from it in one or two parts each, so that a part that is forgotten shows. */
const family = fc
  .tuple(drawn, fc.array(fc.tuple(drawn, fc.array(fc.nat(17), { minLength: 1, maxLength: 2 })), { maxLength: 12 }))
  .map(([base, others]) => {
    const parts = [
      ...Object.keys(base.headers).map((name) => ["headers", name] as const),
      ...Object.keys(base.body).map((name) => ["body", name] as const),
      ["query"] as const,
      ["originId"] as const,
    ];
    const relatives = others.map(([other, places]) => {
      const relative = structuredClone(base) as unknown as Record<string, Record<string, unknown>>;
      for (const place of places) {
        const [group, name] = parts[place % parts.length] as readonly [keyof Parts, string?];
        if (name === undefined) Object.assign(relative, { [group]: other[group] });
        else Object.assign(relative[group] as object, { [name]: (other[group] as Record<string, unknown>)[name] });
      }
      return relative as unknown as Parts;
    });
    return [base, ...relatives].map(requestOf);
  });

/** What the key stands for, written down the long way. */
function identityOf({ headers, body: given, query, originId }: Drawn, perUser: boolean): string {
  const at = new Map(headers);
  const { stream: _, user, ...keyed } = given;
  const whose = perUser ? (at.get("x-ai-user") ?? user) : "";
  const fields = [
    "authorization",
    "x-api-key",
    "openai-organization",
    "x-custom",
    "x-other",
    "x-ai-cache-namespace",
    "x-ai-cache-version",
  ];
  return JSON.stringify([whose, query, originId, keyed, fields.map((name) => at.get(name) ?? null)]);
}

describe("Intake", () => {
  it("gives equal keys to equal requests only, however they are mixed, and never mistakes one for another (N2)", () => {
    fc.assert(
      fc.property(family, fc.boolean(), (requests, perUser) => {
        const intake = intakeWith({ perUser });
        const keys = new Map<string, string>();
        const identities = new Map<string, string>();
        for (const request of [...requests, ...requests]) {
          const { call, parsed } = read(intake, request);
          const identity = identityOf(request, perUser);
          expect(keys.get(identity) ?? call.key).toBe(call.key);
          expect(identities.get(call.key) ?? identity).toBe(identity);
          keys.set(identity, call.key);
          identities.set(call.key, identity);
          // All else is of this very request, too.
          const at = new Map(request.headers);
          expect(call.directives.namespace).toBe(at.get("x-ai-cache-namespace") ?? "");
          expect(call.principal.user).toBe(at.get("x-ai-user") ?? request.body.user);
          expect(call.facts).toMatchObject({
            model: request.body.model,
            stream: request.body.stream,
          });
          expect(call.target).toBe(`/chat/completions${request.query}`);
          expect(call.originId).toBe(request.originId);
          expect(call.headers["authorization"]).toBe(at.get("authorization"));
          expect(call.headers["user-agent"]).toBe(at.get("user-agent"));
          expect(call.headers["x-custom"]).toBe(at.get("x-custom"));
          expect(JSON.parse(Buffer.from(parsed().forward({ requestUsage: false })).toString())).toEqual(request.body);
          // A fresh intake, which remembers nothing, agrees.
          expect(read(intakeWith({ perUser }), request).call.key).toBe(call.key);
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it("recognises a repeated request without reading it again", () => {
    const intake = intakeWith();
    expect(read(intake).call).toBe(read(intake).call);
    expect(read(intake, { body: { ...body, stream: true } }).call).not.toBe(read(intake).call);
  });

  it("makes the tenant of all credentials together, and of nothing else", () => {
    const intake = intakeWith();
    const tenantOf = (...headers: [string, string][]) => read(intake, { headers }).call.principal.tenant;
    const tenants = [
      tenantOf(["authorization", "Bearer a"]),
      tenantOf(["authorization", "Bearer b"]),
      tenantOf(["x-api-key", "Bearer a"]),
      tenantOf(["authorization", "Bearer a"], ["x-api-key", "k"]),
      tenantOf(["authorization", "Bearer a"], ["cookie", "session=1"]),
      tenantOf(),
    ];
    expect(new Set(tenants).size).toBe(tenants.length);
    expect(tenants.at(-1)).toBe("anonymous");
    expect(tenantOf(["Authorization", "Bearer a"], ["x-custom", "1"])).toBe(tenants[0]);
    expect(tenants.join()).not.toContain("Bearer");
  });

  it("takes header names in any case and repeated fields together", () => {
    const intake = intakeWith();
    const { call } = read(intake, {
      headers: [
        ["X-Custom", "1"],
        ["x-custom", "2"],
        ["Cookie", "a=1"],
        ["cookie", "b=2"],
        ["X-AI-Cache-Tags", "b"],
        ["x-ai-cache-tags", "a"],
        ["__proto__", "x"],
      ],
    });
    expect(call.headers).toMatchObject({ "x-custom": "1, 2", cookie: "a=1; b=2" });
    expect(Object.keys(call.headers)).toContain("__proto__");
    expect(call.directives.tags).toEqual(["a", "b"]);
  });

  it("gives a fallback's answer the key of the call for that model", () => {
    const intake = intakeWith();
    const { call } = read(intake);
    expect(call.forModel("m").key).toBe(call.key);
    expect(call.forModel("n").key).toBe(read(intake, { body: { ...body, model: "n" } }).call.key);
  });

  it("resolves the policy of the call it is", () => {
    const intake = intakeWith({}, [
      { match: { namespace: "n", tag: "t" }, set: { ttlMs: 5 } },
      { match: { model: "big-*" }, set: { ttlMs: 6, perUser: true } },
    ]);
    const tagged: Sent = {
      headers: [
        ["x-ai-cache-namespace", "n"],
        ["x-ai-cache-tags", "s,t"],
      ],
    };
    expect(read(intake, tagged).call.policy.ttlMs).toBe(5);
    expect(read(intake).call.policy.ttlMs).toBe(1);
    expect(read(intake, { body: { ...body, model: "big-1" } }).call.policy).toMatchObject({ ttlMs: 6, perUser: true });
  });

  it("turns a request down that is none, each time, and remembers nothing of it", () => {
    const intake = intakeWith();
    for (let count = 0; count < 2; count++) {
      expect(() => read(intake, { body: { model: "m" } })).toThrow(
        expect.objectContaining({ status: 400, param: "messages" }),
      );
      expect(() => read(intake, { headers: [["x-ai-cache-ttl", "x"]] })).toThrow(
        expect.objectContaining({ status: 400, param: "X-AI-Cache-TTL" }),
      );
    }
  });

  it("holds on to no body, whatever it remembers of it", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (const set of [{}, { stochastic: "force-zero" as const }]) {
      const intake = intakeWith(set);
      collect();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      for (let count = 0; count < 30; count++) {
        const content = "x".repeat(1_000_000) + count;
        const { call } = read(intake, {
          body: {
            ...body,
            model: `a-model-with-a-long-name-${count}`,
            user: `user-with-a-long-name-${count}`,
            messages: [{ role: "user", content }],
          },
        });
        expect(call.facts.model).toContain(String(count));
      }
      collect();
      const now = process.memoryUsage();
      const grown = now.heapUsed - heapUsed + (now.external - external) + (now.arrayBuffers - arrayBuffers);
      expect(grown).toBeLessThan(10_000_000);
    }
  });
});
