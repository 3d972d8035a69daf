import { expect, it, onTestFinished } from "vitest";
import { patientCaller } from "../core/call.ts";
import { ManualClock } from "../core/clock.ts";
import type { Embedder } from "../core/embedder.ts";
import type { Origin } from "../core/origin.ts";
import { isListable } from "../core/store-listing.ts";
import { assembleCore } from "../core-assembly.ts";
import { readSettings } from "../options.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { Gate } from "../testing/gate.ts";
import { embedded } from "../vectors/embedded.ts";

/** A question is remembered behind its answer; when its tenant was erased meanwhile it is not. */

async function setUp() {
  const gate = new Gate();
  const embedder: Embedder = {
    name: "held",
    async embed(texts) {
      await gate.pass();
      return texts.map(() => Float32Array.from([1, 0]));
    },
  };
  const read = readSettings({ store: { url: "memory" }, layers: { semantic: { mode: "observe" } } });
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const vectors = embedded();
  const core = await assembleCore({
    settings: read.settings,
    clock: new ManualClock(),
    semantic: { embedder, vectors },
  });
  onTestFinished(() => core.close());
  const origin: Origin = {
    id: "http://o/v1",
    async send() {
      const choices = [{ index: 0, message: { role: "assistant", content: "At home." }, finish_reason: "stop" }];
      const body = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices });
      async function* bytes(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(body);
      }
      return { status: 200, headers: { "content-type": "application/json" }, body: bytes() };
    },
  };
  const messages = [{ role: "user", content: "Where does the canary sing at night?" }];
  const { complete } = await core.handle(
    {
      ...{ protocol: openAiChat, endpoint: "/chat/completions", originFor: () => origin, query: "" },
      ...{ rawHeaders: [], principal: { tenant: "acme" } },
      body: Buffer.from(JSON.stringify({ model: "m", temperature: 0, messages })),
    },
    patientCaller,
  );
  await complete;
  await gate.reached();
  const remembered = async () => {
    for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const { truth } = core.stored;
    const { items } = isListable(truth) ? await truth.list({ tenant: "acme", limit: 100 }) : { items: [] };
    const aliases = items.filter(({ key }) => key.startsWith("semantic-")).length;
    return { aliases, vectors: (await vectors.stats()).vectors };
  };
  return { core, gate, remembered };
}

it("is remembered where nobody was erased", async () => {
  const { gate, remembered } = await setUp();
  gate.release();
  await expect.poll(remembered, { timeout: 20_000 }).toEqual({ aliases: 2, vectors: 1 });
});

it("X8: is not remembered of a tenant that was erased while it was read", async () => {
  const { core, gate, remembered } = await setUp();
  await core.forget("acme");
  gate.release();
  expect(await remembered()).toEqual({ aliases: 0, vectors: 0 });
});
