import { onTestFinished } from "vitest";
import { createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { redis } from "../../src/stores/redis.ts";
import { isWhole } from "../../src/testing/scripted-text.ts";
import { readResponse, seededRandom } from "../topology/cache-harness.ts";
import { chatResponse, questionIn } from "./chat-origin.ts";

/**
 * A cache over a real Redis whose deadlines are counted, not measured: its clock is moved by hand, so what a call waits
 * for a server in trouble is the same on every machine. The origin answers at once, in this process, and takes no time.
 */

export interface OutageNode {
  readonly clock: ManualClock;
  /** Asks something new, or the question of this number, and waits as long as it takes; no time passes. */
  ask(number?: number): Promise<string | null>;
  /**
   * Asks so many new questions at once while the server may say nothing: time passes whenever nothing else happens.
   * How much of it each took.
   */
  askInTrouble(count: number): Promise<readonly number[]>;
  /** The states of the circuit breakers, as they came about, and when. */
  readonly states: readonly { readonly state: string; readonly at: number }[];
  /** How often each number was asked at the origin. */
  readonly computed: ReadonlyMap<number, number>;
}

export async function startOutageNode(url: string): Promise<OutageNode> {
  const clock = new ManualClock(Date.now());
  const states: { state: string; at: number }[] = [];
  const computed = new Map<number, number>();
  const cache = await createCache({
    store: redis({ url, connectTimeoutMs: 10_000 }),
    clock,
    random: seededRandom(),
    masterKey: Buffer.alloc(32, "the same secret").toString("base64"),
    fetch: originCounting(computed),
    onEvent(event) {
      if (event.type === "store-state") states.push({ state: event.state, at: clock.monotonic() });
    },
  });
  onTestFinished(() => cache.close());
  let next = 1_000;
  const ask = async (number = next++): Promise<string | null> => {
    const response = await cache.fetch("http://origin.test/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: `question ${number}` }] }),
    });
    const { status, text, outcome } = await readResponse(response);
    if (status !== 200 || !isWhole(text)) throw new Error(`question ${number}: status ${status}, ${text}`);
    return outcome;
  };
  return {
    clock,
    ask,
    async askInTrouble(count) {
      const begunAt = clock.monotonic();
      let open = count;
      const taking = Array.from({ length: count }, async () => {
        await ask();
        open -= 1;
        return clock.monotonic() - begunAt;
      });
      const all = Promise.all(taking);
      let failed = false;
      all.catch(() => {
        failed = true;
      });
      for (let turn = 1; open > 0 && !failed; turn++) {
        await new Promise((resolve) => void setImmediate(resolve));
        if (open > 0 && turn % 20 === 0) clock.advance(1);
      }
      return all;
    },
    states,
    computed,
  };
}

function originCounting(computed: Map<number, number>): typeof globalThis.fetch {
  return async (_, init) => {
    const { model, text } = questionIn(init);
    const number = Number(text.split(" ")[1]);
    computed.set(number, (computed.get(number) ?? 0) + 1);
    return chatResponse(model, `answer ${number} `.repeat(40));
  };
}
