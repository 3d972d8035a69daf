import { openAiChat } from "../../src/protocols/openai-chat.ts";
import type { Benchmark } from "../benchmark.ts";
import { budgetRow, figure, quotients } from "../budget.ts";
import { answerBody, answerEvents, numbered } from "../load/chat-payload.ts";
import { compareSides, type Sides, timed } from "../sides.ts";

/** A recording of 1 MB played as a stream: made from JSON, and as it was received, with and without usage. */

const mebibyte = 1024 * 1024;
const lean = { includeUsage: false, zeroUsage: false };

/** A completion of 1 MB: one long text. */
function wholeAnswer(): Buffer {
  const completion = JSON.parse(answerBody(numbered(0)));
  const { message } = completion.choices[0];
  message.content = message.content.repeat(Math.ceil(mebibyte / message.content.length)).slice(0, mebibyte);
  return Buffer.from(JSON.stringify(completion));
}

function streamedAnswer(): Buffer {
  return Buffer.from(answerEvents(numbered(0), mebibyte / 256, 256).join(""));
}

export const sides: Sides = {
  async fromJson() {
    const { recording } = openAiChat.readJson(wholeAnswer());
    return timed(() => openAiChat.replayEvents(recording, lean), { batch: 5 });
  },
  async fromEvents() {
    const recorder = openAiChat.recordStream({ maxEventBytes: mebibyte });
    recorder.push(streamedAnswer());
    recorder.end();
    const recording = recorder.recording();
    return timed(() => openAiChat.replayEvents(recording, lean), { batch: 50 });
  },
  async toJson() {
    const recorder = openAiChat.recordStream({ maxEventBytes: mebibyte });
    recorder.push(streamedAnswer());
    recorder.end();
    const recording = recorder.recording();
    return timed(() => openAiChat.replayJson(recording, lean), { batch: 5 });
  },
  async bare() {
    const events = streamedAnswer().toString("utf8").split("\n\n");
    const chunks = events.slice(0, -2).map((event) => event.slice("data: ".length));
    return timed(
      () => {
        for (const chunk of chunks) JSON.stringify(JSON.parse(chunk));
      },
      { batch: 5 },
    );
  },
};

export const replayStream: Benchmark = {
  name: "replay-stream",
  describe: "a recording of 1 MB played as a stream and as JSON, against parsing and writing the same chunks",
  async run({ quick }) {
    const {
      fromJson = [],
      fromEvents = [],
      toJson = [],
      bare = [],
    } = await compareSides(import.meta.filename, Object.keys(sides), {
      rounds: quick ? 1 : 9,
      sampleMs: quick ? 100 : 400,
    });
    const against = "JSON.parse + JSON.stringify of 1 MB of chunks";
    const ms = (ns: readonly number[]) => ns.map((value) => value / 1e6);
    const bound = { must: 2, aim: 1, better: "lower", unit: "x" } as const;
    return {
      budget: [
        budgetRow("1 MB of JSON played as a stream", against, quotients(fromJson, bare), bound),
        budgetRow("1 MB of events played as a stream", against, quotients(fromEvents, bare), bound),
      ],
      figures: [
        figure("1 MB of JSON played as a stream", "ms", ms(fromJson)),
        figure("1 MB of events played as a stream", "ms", ms(fromEvents)),
        figure("1 MB of events played as JSON", "ms", ms(toJson)),
        figure("parsing and writing the same chunks", "ms", ms(bare)),
      ],
      notes: [
        "The work of one replay; the gateway keeps what it has converted, so a second replay of the same entry costs nothing of this.",
      ],
    };
  },
};
