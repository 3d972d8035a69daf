import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../cli/simulate/seeded-random.ts";
import type { Answer } from "../core/answer.ts";
import type { AskedBy } from "../core/asked-by.ts";
import { privateFields } from "../core/cache-steering.ts";
import { patientCaller } from "../core/call.ts";
import { ManualClock } from "../core/clock.ts";
import type { Origin } from "../core/origin.ts";
import { memberOf, sharedTenant } from "../core/shared-scope.ts";
import { assembleCore } from "../core-assembly.ts";
import { readSettings } from "../options.ts";
import { responseFields } from "../policy/response-fields.ts";
import { openAiChat } from "../protocols/openai-chat.ts";

/** X7: what a member of a shared scope can see and measure does not tell what others have asked. */

const acme: AskedBy = { tenant: "acme" };
const umbra: AskedBy = { tenant: "umbra" };
const stranger: AskedBy = { tenant: "stranger" };
const stepMs = 5;

interface Measured {
  readonly answer: Answer;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headMs: number;
  readonly firstMs: number;
  readonly endMs: number;
}

type Ask = { readonly headers?: Readonly<Record<string, string>>; readonly stream?: boolean };

/** A cache before an origin that takes its time, in time of its own. */
async function gateway(scope: object = { tenants: ["acme", "umbra"], delay: false }, rule: object = {}) {
  const clock = new ManualClock();
  const chance = seededRandom(7);
  const settings = readSettings({
    store: { url: "memory" },
    layers: { semantic: { mode: "off" } },
    tenancy: { mode: "keys", shared: { house: scope } },
    rules: [{ match: { model: "m*" }, share: "house", ...rule }],
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.mistakes));
  const core = await assembleCore({ settings: settings.settings, clock, random: seededRandom(3) });
  onTestFinished(() => core.close());
  const sent: string[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  /** Longer now and then, as origins are. */
  const latency = () => 100 + 400 * chance.fraction() ** 3;
  const origin: Origin = {
    id: "http://o/v1",
    async send({ body }) {
      const asked = JSON.parse(Buffer.from(body).toString()) as { stream?: boolean; messages: { content: string }[] };
      const question = asked.messages.at(-1)?.content ?? "";
      sent.push(question);
      await wait(latency());
      const id = `chatcmpl-${createHash("sha256").update(`${sent.length}`).digest("hex").slice(0, 24)}`;
      const common = { id, created: Math.floor(clock.now() / 1000), model: "m" };
      const content = `The answer to ${question}. `;
      const headers = { "x-request-id": id, "openai-processing-ms": "77", server: "o" };
      if (asked.stream !== true) {
        const message = { role: "assistant", content };
        const whole = { ...common, object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] };
        return {
          status: 200,
          headers: { ...headers, "content-type": "application/json; charset=utf-8" },
          body: once(whole),
        };
      }
      const chunk = (delta: object, finish_reason: string | null) =>
        `data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
      async function* events(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(": queued\n\n");
        for (const word of content.split(" ")) {
          await wait(20 + 30 * chance.fraction());
          yield Buffer.from(chunk({ content: `${word} ` }, null));
        }
        yield Buffer.from(`${chunk({}, "stop")}data: [DONE]\n\n`);
      }
      return { status: 200, headers: { ...headers, "content-type": "text/event-stream" }, body: events() };
    },
  };
  /** Lets time pass until it is there. */
  const passing = async <T>(promise: Promise<T>): Promise<T> => {
    let isThere = false;
    const done = () => {
      isThere = true;
    };
    promise.then(done, done);
    for (;;) {
      for (let turn = 0; turn < 3 && !isThere; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (isThere) return promise;
      clock.advance(stepMs);
    }
  };
  const measure = async (principal: AskedBy | undefined, question: string, ask: Ask): Promise<Measured> => {
    const { headers = {}, stream = false } = ask;
    const startedAt = clock.monotonic();
    const elapsed = () => clock.monotonic() - startedAt;
    const body = Buffer.from(
      JSON.stringify({ model: "m", stream, temperature: 0, messages: [{ role: "user", content: question }] }),
    );
    const request = {
      ...{ protocol: openAiChat, endpoint: "/chat/completions", originFor: () => origin, query: "", body, principal },
      rawHeaders: Object.entries(headers).flat(),
    };
    const answer = await core.handle(request, patientCaller);
    const headMs = elapsed();
    let text = "";
    let firstMs = headMs;
    if (answer.body instanceof Uint8Array) text = Buffer.from(answer.body).toString();
    else
      for await (const chunk of answer.body) {
        if (text === "") firstMs = elapsed();
        text += Buffer.from(chunk).toString();
      }
    // Until it is stored.
    await answer.complete?.catch(() => {});
    const fields = { ...answer.headers, ...responseFields(answer) };
    return { answer, fields, text, headMs, firstMs, endMs: elapsed() };
  };
  const ask = (principal: AskedBy | undefined, question: string, how: Ask = {}) =>
    passing(measure(principal, question, how));
  return { ask, sent, core, clock, asking: measure, passing };
}

async function* once(value: object): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(value));
}

/** What differs from answer to answer anyway. */
const anyIdentity = (text: string) =>
  text.replace(/"id":"[^"]*"/g, '"id":"x"').replace(/"created":\d+/g, '"created":0');
const idIn = (text: string) => /"id":"([^"]*)"/.exec(text)?.[1];

describe("answers in a shared scope", () => {
  it("are shared by its members, and with nobody else", async () => {
    const { ask, sent } = await gateway();
    await ask(acme, "q");
    await ask(umbra, "q");
    expect(sent).toHaveLength(1);
    expect((await ask(stranger, "q")).fields["x-ai-cache-status"]).toBe("MISS");
    expect((await ask(undefined, "q")).fields["x-ai-cache-status"]).toBe("MISS");
    expect((await ask(undefined, "q")).fields["x-ai-cache-status"]).toBe("HIT");
    expect(sent).toHaveLength(3);
  });

  it("look the same from the cache and from the origin, and are of the present", async () => {
    for (const stream of [false, true]) {
      const { ask, clock, sent } = await gateway();
      const computed = await ask(acme, "q", { stream });
      clock.advance(600_000);
      const stored = await ask(umbra, "q", { stream });
      expect(sent).toHaveLength(1);
      expect(stored.answer.outcome.kind).toBe("hit");
      expect(stored.fields).toEqual(computed.fields);
      expect(stored.fields).toEqual({
        "content-type": stream ? "text/event-stream; charset=utf-8" : "application/json",
        ...privateFields,
        "cache-status": "reprise; detail=shared",
      });
      expect(anyIdentity(stored.text)).toBe(anyIdentity(computed.text));
      expect(idIn(stored.text)).toMatch(/^chatcmpl-[0-9a-f]{24}$/);
      expect(idIn(stored.text)).not.toBe(idIn(computed.text));
      expect(stored.text).toContain(`"created":${Math.floor(clock.now() / 1000)}`);
      expect(new Set(stored.text.match(/"id":"[^"]*"/g)).size).toBe(1);
    }
  });

  it.each([
    ["only-if-cached", { "cache-control": "only-if-cached" }],
    ["an age", { "cache-control": "max-age=60" }],
    ["max-stale", { "cache-control": "max-stale" }],
    ["min-fresh", { "cache-control": "min-fresh=1" }],
    ["a look without writing", { "x-ai-cache": "read" }],
    ["a variant", { "x-ai-cache-variant": "0" }],
    ["a threshold", { "x-ai-cache-threshold": "0.5" }],
  ])("are not what a call gets that asks for %s: it is answered in the cache of its own tenant", async (_, headers) => {
    const { ask, sent } = await gateway();
    await ask(acme, "q");
    const { fields } = await ask(umbra, "q", { headers });
    expect(fields["x-ai-cache-status"]).toBe("MISS");
    expect(sent).toHaveLength("cache-control" in headers && headers["cache-control"] === "only-if-cached" ? 1 : 2);
  });

  it("are of a namespace and of what else belongs to the key", async () => {
    const { ask, sent } = await gateway();
    await ask(acme, "q");
    await ask(umbra, "q", { headers: { "x-ai-cache-namespace": "other" } });
    await ask(umbra, "q", { headers: { "openai-organization": "umbra" } });
    await ask(umbra, "q", { stream: true });
    expect(sent).toHaveLength(4);
  });

  it("are not waited for by other members while they are computed", async () => {
    const { asking, passing, sent } = await gateway();
    const both = Promise.all([asking(acme, "q", {}), asking(umbra, "q", {}), asking(umbra, "q", {})]);
    const answers = await passing(both);
    expect(sent).toHaveLength(2);
    expect(answers.map(({ answer }) => answer.outcome.kind).sort()).toEqual(["coalesced", "miss", "miss"]);
  });

  it("can be taken back for the member that wrote them alone", async () => {
    const { ask, sent, core } = await gateway();
    await ask(acme, "q");
    await ask(umbra, "r");
    await core.invalidate({ tenant: sharedTenant("house"), user: memberOf("acme") });
    await ask(umbra, "q");
    await ask(acme, "r");
    expect(sent).toEqual(["q", "r", "q"]);
  });

  it("hold no personal data: such a question stays with its tenant", async () => {
    const { ask, sent } = await gateway();
    await ask(acme, "Write to ann.miller@gmail.com");
    expect((await ask(umbra, "Write to ann.miller@gmail.com")).fields["x-ai-cache-status"]).toBe("MISS");
    expect(sent).toHaveLength(2);
  });

  it("belong to users where these are kept apart, and so are not shared", async () => {
    const { ask, sent } = await gateway(undefined, { perUser: true });
    const headers = { "x-ai-user": "ann" };
    await ask(acme, "q", { headers });
    await ask(umbra, "q", { headers });
    expect(sent).toHaveLength(2);
  });
});

/** The two-sample statistic of Kolmogorov and Smirnov: how far apart the distributions are, from 0 to 1. */
function apartness(one: readonly number[], other: readonly number[]): number {
  const shareUpTo = (values: readonly number[], limit: number) =>
    values.filter((value) => value <= limit).length / values.length;
  return Math.max(...[...one, ...other].map((limit) => Math.abs(shareUpTo(one, limit) - shareUpTo(other, limit))));
}

describe("the time an answer takes in a shared scope", () => {
  const calls = 120;
  /** Of as many values each, p is below 0.01 above this. */
  const telling = 1.63 * Math.sqrt(2 / calls);

  async function times(delay: boolean, stream: boolean) {
    const { ask, sent } = await gateway({ tenants: "*", delay });
    for (let warm = 0; warm < 64; warm += 1) await ask(acme, `warm ${warm + 100}`, { stream });
    const [asked, never]: Measured[][] = [[], []];
    for (let at = 100; at < 100 + calls; at += 1) {
      await ask(acme, `both ${at}`, { stream });
      asked?.push(await ask(umbra, `both ${at}`, { stream }));
      never?.push(await ask(umbra, `mine ${at}`, { stream }));
    }
    expect(sent.filter((question) => question.startsWith("both"))).toHaveLength(calls);
    const apart = (of: (measured: Measured) => number) => apartness((asked ?? []).map(of), (never ?? []).map(of));
    return { head: apart((m) => m.headMs), first: apart((m) => m.firstMs), end: apart((m) => m.endMs) };
  }

  it("tells that somebody has asked before where it is not levelled", async () => {
    expect((await times(false, false)).end).toBeGreaterThan(0.9);
  });

  it.each([false, true])("does not tell whether somebody has asked before; a stream: %s", async (stream) => {
    const { head, first, end } = await times(true, stream);
    for (const apart of [head, first, end]) expect(apart).toBeLessThan(telling);
  });

  it.each([false, true])("is that of the origin for an answer of uncommon size; a stream: %s", async (stream) => {
    const { ask, sent } = await gateway({ tenants: "*", delay: true });
    const long = `long ${"word ".repeat(200)}`;
    await ask(acme, long, { stream });
    for (let warm = 0; warm < 64; warm += 1) await ask(umbra, `warm ${warm + 100}`, { stream });
    await ask(umbra, "warm 100", { stream });
    expect(sent).toHaveLength(65);
    await ask(umbra, long, { stream });
    expect(sent).toHaveLength(66);
  });

  it("is that of the origin until enough is known of it", async () => {
    const { ask, sent } = await gateway({ tenants: ["acme", "umbra"], delay: true });
    await ask(acme, "q");
    await ask(umbra, "q");
    expect(sent).toEqual(["q", "q"]);
  });
});
