/** The side of `followers` that runs in process: a child that answers one question with what a crowd took. */
import { createCache } from "../../src/index.ts";
import { answerQuestions } from "../child-process.ts";
import { answerEvents, numbered, requestBody, sdkHeaders } from "../load/chat-payload.ts";
import { memoryInUse } from "../servers/memory-in-use.ts";

interface Question {
  readonly readers: number;
  readonly chunks: number;
  readonly chunkBytes: number;
}

const url = "http://127.0.0.1:9/v1/chat/completions";

answerQuestions(async ({ readers, chunks, chunkBytes }: Question) => {
  const events = answerEvents(numbered(0), chunks, chunkBytes).map((event) => Buffer.from(event, "utf8"));
  const middle = Math.ceil(events.length / 2);
  const halfBytes = total(events.slice(0, middle));
  const gate = Promise.withResolvers<void>();
  let calls = 0;
  const stream = () => {
    let sent = 0;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent === middle) await gate.promise;
        const event = events[sent++];
        if (event === undefined) controller.close();
        else controller.enqueue(new Uint8Array(event));
      },
    });
  };
  const cache = await createCache({
    fetch: async () => {
      calls++;
      return new Response(stream(), { headers: { "content-type": "text/event-stream" } });
    },
  });
  const body = requestBody(0, { stream: true });
  const before = await memoryInUse();
  const responses = await Promise.all(
    Array.from({ length: readers }, () => cache.fetch(url, { method: "POST", headers: sdkHeaders("sk-bench"), body })),
  );
  const bodies = responses.map((response) => (response.body as ReadableStream<Uint8Array>).getReader());
  const read: number[] = bodies.map(() => 0);
  const readUntil = async (index: number, wanted: number): Promise<void> => {
    while ((read[index] as number) < wanted) {
      const { done, value } = await (bodies[index] as ReadableStreamDefaultReader<Uint8Array>).read();
      if (done) return;
      read[index] = (read[index] as number) + value.length;
    }
  };
  await Promise.all(bodies.map((_, index) => (index % 2 === 0 ? readUntil(index, halfBytes) : undefined)));
  const during = await memoryInUse();
  gate.resolve();
  await Promise.all(bodies.map((_, index) => readUntil(index, Number.POSITIVE_INFINITY)));
  const streamBytes = total(events);
  const short = read.filter((bytes) => bytes !== streamBytes).length;
  if (short > 0) throw new Error(`${short} readers did not get the whole stream`);
  await cache.close();
  return { calls, streamBytes, memoryBytes: Math.max(0, during - before) };
});
console.log("ready");

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
