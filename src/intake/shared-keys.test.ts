import fc from "fast-check";
import { expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { SharedScope } from "../core/shared-scope.ts";
import { PolicyRules } from "../policy/rules.ts";
import { anthropicMessages } from "../protocols/anthropic-messages.ts";
import { unkeyedFields as messagesFields } from "../protocols/anthropic-messages-request.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { unkeyedFields as chatFields } from "../protocols/openai-chat-request.ts";
import { Intake } from "./intake.ts";

/** X1: who meets whose answers where some tenants share. */

const members = ["acme", "umbra"];
const house: SharedScope = { name: "house", tenants: members, delay: true, agreements: 2 };
const policy = { enabled: true, ttlMs: 1, stochastic: "cache-first", variants: 1, perUser: false } as CallPolicy;
const intake = new Intake({
  secret: fingerprintKey(Buffer.alloc(32, 1)),
  rules: new PolicyRules(policy, [{ match: { model: "shared-*" }, set: { share: "house" } }]),
  shared: new Map([["house", house]]),
});

const asked = fc.record({
  tenant: fc.constantFrom("acme", "umbra", "other", "house", "shared", undefined),
  model: fc.constantFrom("shared-1", "own-1"),
  stream: fc.boolean(),
  namespace: fc.constantFrom("", "acme", "house", "shared:house"),
  user: fc.constantFrom(undefined, "ann", "member:acme"),
  wish: fc.constantFrom("", "max-age=60", "only-if-cached", "no-cache", "no-store"),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

type Sent = { readonly fields?: Record<string, string>; readonly query?: string } & Record<string, unknown>;

/** A question in a shared scope, or in the own cache of `acme`, with whatever else is sent. */
function callWith(protocol: typeof openAiChat, model: string, { fields = {}, query = "", ...members }: Sent = {}) {
  const messages = [{ role: "user", content: "hi" }];
  return intake.read({
    protocol,
    endpoint: protocol.endpointOf("/chat/completions") ?? "/messages",
    originFor: () => ({ id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) }),
    query,
    rawHeaders: Object.entries(fields).flat(),
    body: Buffer.from(JSON.stringify({ model, max_tokens: 9, messages, ...members })),
    principal: { tenant: "acme" },
  }).call;
}

const bogus = { stream_options: { include_obfuscation: "bogus" }, cache_control: { type: "bogus" } };

it.each<[string, typeof openAiChat, Record<string, string>]>([
  ["OpenAI", openAiChat, chatFields],
  ["Anthropic", anthropicMessages, messagesFields],
])(
  "what an origin may refuse belongs to the key of what is shared, though it changes no answer: %s",
  (_, protocol, all) => {
    const own = callWith(protocol, "own-1");
    const plain = callWith(protocol, "shared-1");
    expect(plain.sharing).toBeDefined();
    const members = Object.keys(all).filter((name) => name !== "stream");
    for (const name of members) {
      const sent = { [name]: { a: 1 }, ...(name in bogus ? { [name]: bogus[name as keyof typeof bogus] } : {}) };
      expect(callWith(protocol, "own-1", sent).key, name).toBe(own.key);
      const call = callWith(protocol, "shared-1", sent);
      expect(call.key, name).not.toBe(plain.key);
      expect(call.partition("c"), name).not.toBe(plain.partition("c"));
      expect(call.key, name).toBe(callWith(protocol, "shared-1", sent).key);
    }
  },
);

it("so do marks inside of messages", () => {
  const part = { type: "text", text: "hi", cache_control: { type: "bogus" } };
  const sent = { messages: [{ role: "user", content: [part] }] };
  const plain = { messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }] };
  const keyOf = (model: string, given: Sent) => callWith(anthropicMessages, model, given).key;
  expect(keyOf("own-1", sent)).toBe(keyOf("own-1", plain));
  expect(keyOf("shared-1", sent)).not.toBe(keyOf("shared-1", plain));
});

it("header fields that change no answer go no further from a shared scope, but for the name of a trace", () => {
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const fields = { accept: "bogus/bogus", "user-agent": "sqlmap", "idempotency-key": "x", "x-other": "y", traceparent };
  expect(callWith(openAiChat, "own-1", { fields }).headers).toMatchObject(fields);
  const { headers } = callWith(openAiChat, "shared-1", { fields });
  expect(headers).toEqual({
    ...{ "x-other": "y", traceparent, "content-type": "application/json", "accept-encoding": "identity" },
  });
  expect(callWith(openAiChat, "shared-1", { fields: { traceparent: "bogus" } }).headers).not.toHaveProperty(
    "traceparent",
  );
});

function callOf({ tenant, model, stream, namespace, user, wish }: Asked) {
  const fields = { "x-ai-cache-namespace": namespace, "x-ai-user": user, "cache-control": wish };
  return intake.read({
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => ({ id: "http://o/v1", send: () => Promise.reject(new Error("not asked")) }),
    query: "",
    rawHeaders: Object.entries(fields).flatMap(([name, value]) => (value ? [name, value] : [])),
    body: Buffer.from(JSON.stringify({ model, stream, messages: [{ role: "user", content: "hi" }] })),
    principal: tenant === undefined ? undefined : { tenant },
  }).call;
}

it("two calls have one key only if they are of one tenant, or both of members, by the rule and without a wish that would tell", () => {
  const isShared = ({ tenant, model, wish }: Asked) =>
    tenant !== undefined && members.includes(tenant) && model === "shared-1" && (wish === "" || wish === "no-cache");
  fc.assert(
    fc.property(asked, asked, (one, other) => {
      const [first, second] = [callOf(one), callOf(other)];
      expect(first.sharing !== undefined).toBe(isShared(one));
      const sameTenant = one.tenant === other.tenant && isShared(one) === isShared(other);
      const mayMeet = sameTenant || (isShared(one) && isShared(other));
      if (first.key === second.key) expect(mayMeet).toBe(true);
      if (first.partition("c") === second.partition("c")) expect(mayMeet).toBe(true);
      // And members do meet.
      const isSame = one.model === other.model && one.namespace === other.namespace && one.stream === other.stream;
      if (mayMeet && isSame) expect(first.key).toBe(second.key);
    }),
    { numRuns: 3_000, seed: 9 },
  );
});
