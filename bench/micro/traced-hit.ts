import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  NoopSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, numbered, requestBody } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";

/** `cache.fetch` answered from memory: without traces, with traces that nobody takes, and with an SDK. */

const body = requestBody(0);
const url = "http://127.0.0.1:9/v1/chat/completions";

async function hits(traces: boolean) {
  const { createCache } = await import("../../src/index.ts");
  const cache = await createCache({
    fetch: async () => new Response(answerBody(numbered(0)), { headers: { "content-type": "application/json" } }),
    semantic: { mode: "off" },
    ...(traces ? { telemetry: { traces } } : {}),
  });
  const init = { method: "POST", headers: new Headers({ authorization: "Bearer bench" }), body };
  await (await cache.fetch(url, init)).text();
  return timed(() => cache.fetch(url, init), { batch: 500 });
}

/** Keeps this share of the traces, and hands them to nobody. */
function loadSdk(share: number): void {
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) });
  trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors: [new NoopSpanProcessor()] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

export const sides: Sides = {
  off: () => hits(false),
  offBesideAnSdk: async () => {
    loadSdk(1);
    return hits(false);
  },
  withoutSdk: () => hits(true),
  sampled: async () => {
    loadSdk(0.01);
    return hits(true);
  },
  all: async () => {
    loadSdk(1);
    return hits(true);
  },
};

export const tracedHit: Benchmark = {
  name: "traced-hit",
  describe: "a hit in memory with traces, against the same without",
  async run({ quick }) {
    const samples = await compareSides(import.meta.filename, Object.keys(sides), {
      rounds: quick ? 1 : 9,
      sampleMs: quick ? 100 : 400,
    });
    const { off = [], offBesideAnSdk = [], withoutSdk = [], sampled = [], all = [] } = samples;
    const us = (ns: readonly number[]) => ns.map((value) => value / 1_000);
    return {
      budget: [
        budgetRow("a hit with traces off, beside an SDK", "the same without one", quotients(offBesideAnSdk, off), {
          must: 1.1,
          aim: 1.05,
          better: "lower",
          unit: "x",
        }),
      ],
      figures: [
        figure("traces off", "us", us(off)),
        figure("traces on, no SDK", "us", us(withoutSdk)),
        figure("one trace in a hundred kept", "us", us(sampled)),
        figure("every trace kept", "us", us(all)),
      ],
      notes: ["Spans are made and ended; what an exporter does with them is not part of it."],
    };
  },
};
