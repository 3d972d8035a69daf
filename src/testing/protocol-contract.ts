import assert from "node:assert/strict";
import { RequestRejectedError } from "../core/errors.ts";
import type { Protocol, ReplayView, StreamItem, StreamRecorder } from "../core/protocol.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";

/**
 * What every wire protocol must keep, as named checks that any test runner can run. The checks on a fixture cut its
 * stream at every byte, so a fixture is best kept to a few kilobytes.
 */

export interface ProtocolFixture {
  readonly name: string;
  /** A complete stream as an origin sends it; its last event is the terminal one. */
  readonly stream: Uint8Array;
  /** The JSON answer to the same request, where it is known. */
  readonly json?: Uint8Array;
  /** What admission must be told of either. */
  readonly facts: AnswerFacts;
}

export interface ContractCheck {
  readonly name: string;
  run(): void;
}

export interface ProtocolContractOptions {
  readonly protocol: Protocol;
  readonly fixtures: readonly ProtocolFixture[];
  /** An endpoint of the protocol, as `endpointOf` gives it. */
  readonly endpoint: string;
  /** Whether a stream has usage only for those who ask, so that a lean one has none. Default false. */
  readonly usageOnRequest?: boolean;
}

const whole: ReplayView = { includeUsage: true, zeroUsage: false };
const lean: ReplayView = { includeUsage: false, zeroUsage: false };
const zero: ReplayView = { includeUsage: true, zeroUsage: true };
const maxEventBytes = 1024 * 1024;

interface Recorded {
  readonly recorder: StreamRecorder;
  readonly items: readonly StreamItem[];
  readonly recording: Recording;
  readonly facts: AnswerFacts;
}

export function protocolContract(options: ProtocolContractOptions): readonly ContractCheck[] {
  return [...protocolChecks(options), ...options.fixtures.flatMap((fixture) => fixtureChecks(options, fixture))];
}

function protocolChecks({ protocol, endpoint }: ProtocolContractOptions): readonly ContractCheck[] {
  const error = { status: 502, code: "origin_unreachable", message: 'The origin is "away"', param: "model" };
  return [
    {
      name: "refuses a body that is no request, saying why",
      run() {
        for (const body of ["", "{", "null", "[]", "{}", '{"a":1,"a":1}', '"\\ud800"', "\ufeff{}"]) {
          assert.throws(
            () => protocol.parseRequest(bytes(body), endpoint),
            (thrown) => thrown instanceof RequestRejectedError && thrown.status === 400 && thrown.message !== "",
            `body ${body}`,
          );
        }
      },
    },
    {
      name: "an error in the words of the protocol is JSON, and an error again for its own reader",
      run() {
        const body = protocol.renderError(error, "json");
        assert.ok(text(body).includes(JSON.stringify(error.message)));
        assert.equal(protocol.readJson(body).facts.error, true);
        const event = protocol.renderError(error, "event");
        assert.ok(text(event).endsWith("\n\n"));
        const { facts, items } = record(protocol, [event]);
        assert.deepEqual([facts.error, facts.terminal, items.length], [true, false, 1]);
      },
    },
    {
      name: "nothing at all is neither complete nor well formed",
      run() {
        for (const facts of [record(protocol, []).facts, protocol.readJson(new Uint8Array()).facts]) {
          assert.deepEqual([facts.terminal, facts.wellFormed, facts.choices], [false, false, []]);
        }
      },
    },
    {
      name: "finds its endpoint at the end of a path, and only there",
      run() {
        assert.equal(protocol.endpointOf(endpoint), endpoint);
        assert.equal(protocol.endpointOf(`/some/base${endpoint}`), endpoint);
        for (const path of ["", "/", `${endpoint}/more`, `${endpoint}s`, "/v1/models"]) {
          assert.equal(protocol.endpointOf(path), undefined, path);
        }
      },
    },
    {
      name: "keyed headers are in lower case",
      run: () =>
        assert.deepEqual(
          protocol.keyedHeaders,
          protocol.keyedHeaders.map((name) => name.toLowerCase()),
        ),
    },
  ];
}

function fixtureChecks(
  { protocol, usageOnRequest = false }: ProtocolContractOptions,
  fixture: ProtocolFixture,
): readonly ContractCheck[] {
  const { stream } = fixture;
  const uncut = () => record(protocol, [stream]);
  const check = (name: string, run: () => void): ContractCheck => ({ name: `${fixture.name}: ${name}`, run });
  const same = (actual: Recorded, expected: Recorded, how: string) => {
    assert.equal(text(actual.recording.body), text(expected.recording.body), how);
    assert.deepEqual(actual.items.map(readable), expected.items.map(readable), how);
    assert.deepEqual(actual.facts, expected.facts, how);
  };
  return [
    check("the facts are told", () => {
      const { facts, recording } = uncut();
      assert.deepEqual(facts, fixture.facts);
      assert.equal(recording.model, facts.model);
      assert.deepEqual(recording.usage, facts.usage);
    }),
    check("any cut in two gives the same recording and the same items", () => {
      const expected = uncut();
      for (let at = 1; at < stream.length; at++) {
        same(record(protocol, [stream.subarray(0, at), stream.subarray(at)]), expected, `cut at ${at}`);
      }
    }),
    check("random cuts and single bytes give the same recording and the same items", () => {
      const expected = uncut();
      for (let seed = 1; seed <= 20; seed++) same(record(protocol, randomCuts(stream, seed)), expected, `seed ${seed}`);
      same(
        record(
          protocol,
          Array.from(stream, (byte) => Uint8Array.of(byte)),
        ),
        expected,
        "single bytes",
      );
    }),
    check("no beginning of the stream is terminal before its terminal event", () => {
      const recorder = protocol.recordStream({ maxEventBytes });
      // The blank line that ends the last event may itself be CR LF, of which the CR is enough.
      for (let at = 0; at < stream.length - 2; at++) {
        recorder.push(stream.subarray(at, at + 1));
        assert.equal(recorder.facts().terminal, false, `terminal after ${at + 1} of ${stream.length} bytes`);
      }
    }),
    check("one item is terminal, the last, and the recording ends with it", () => {
      const { items, recording } = uncut();
      assert.deepEqual(
        items.map((item) => item.terminal),
        items.map((_, index) => index === items.length - 1),
      );
      assert.ok(text(recording.body).endsWith(text(items.at(-1)?.bytes ?? new Uint8Array())));
    }),
    check("what follows the terminal event is not recorded", () => {
      const recorder = protocol.recordStream({ maxEventBytes });
      recorder.push(stream);
      recorder.close?.();
      const { size } = recorder;
      assert.deepEqual(recorder.push(bytes('data: {"junk":1}\n\nevent: error\ndata: {}\n\n')), []);
      recorder.end();
      assert.deepEqual([recorder.size, recorder.facts()], [size, fixture.facts]);
    }),
    check("the recording does not share memory with the chunks", () => {
      const expected = uncut();
      for (const tail of [1, 2, 9]) {
        const recorder = protocol.recordStream({ maxEventBytes });
        const pushed = [stream.subarray(0, -tail), stream.subarray(-tail)].flatMap((part) => {
          // A Buffer, as sockets give them, whose `slice` does not copy.
          const chunk = Buffer.from(part);
          const completed = recorder.push(chunk);
          chunk.fill(0x21);
          return completed;
        });
        const items = [...pushed, ...ended(recorder)];
        assert.equal(text(recorder.recording().body), text(expected.recording.body));
        assert.deepEqual(items.map(readable), expected.items.map(readable));
      }
    }),
    check("comments are passed on and not recorded", () => {
      const expected = uncut();
      const { items, recording } = record(protocol, [bytes(": wait\n\n"), stream]);
      assert.equal(text(items[0]?.bytes ?? new Uint8Array()), ": wait\n\n");
      assert.equal(text(recording.body), text(expected.recording.body));
      assert.equal(recording.body.length, expected.recorder.size);
    }),
    check("as events it replays what was received, with and without usage", () => {
      const { items, recording } = record(protocol, [stream]);
      assert.equal(text(protocol.replayEvents(recording, whole)), text(recording.body));
      const events = items.filter((item) => !text(item.bytes).startsWith(":"));
      assert.equal(text(concatenated(events.map((item) => item.bytes))), text(recording.body));
      const leanEvents = events.map((item) => item.lean ?? new Uint8Array());
      assert.equal(text(protocol.replayEvents(recording, lean)), text(concatenated(leanEvents)));
    }),
    check("as JSON it says the same", () => {
      const { recording, facts } = uncut();
      const json = protocol.replayJson(recording, lean);
      assert.deepEqual(protocol.readJson(json).facts, facts);
      if (fixture.json !== undefined) assert.deepEqual(JSON.parse(text(json)), JSON.parse(text(fixture.json)));
    }),
    check("from JSON to events and back nothing is lost", () => {
      const { recording } = uncut();
      for (const json of [protocol.replayJson(recording, whole), ...(fixture.json ? [fixture.json] : [])]) {
        const asJson = protocol.readJson(json);
        assert.equal(protocol.replayJson(asJson.recording, whole), json, "the JSON form is kept byte for byte");
        const again = record(protocol, [protocol.replayEvents(asJson.recording, whole)]);
        assert.deepEqual(again.facts, asJson.facts);
        assert.deepEqual(JSON.parse(text(protocol.replayJson(again.recording, whole))), JSON.parse(text(json)));
        const leanReplay = protocol.replayEvents(asJson.recording, lean);
        assert.equal(text(leanReplay), text(protocol.replayEvents(again.recording, lean)));
        assert.deepEqual(record(protocol, [leanReplay]).facts.usage, usageOnRequest ? undefined : asJson.facts.usage);
      }
    }),
    check("usage can be shown as zero in every form", () => {
      const { recording, facts } = uncut();
      const { recording: asJson } = protocol.readJson(protocol.replayJson(recording, whole));
      for (const played of [recording, asJson]) {
        const read = protocol.readJson(protocol.replayJson(played, zero)).facts;
        const streamed = record(protocol, [protocol.replayEvents(played, zero)]).facts;
        const expected = facts.usage && Object.fromEntries(Object.keys(facts.usage).map((name) => [name, 0]));
        for (const { usage, ...rest } of [read, streamed]) {
          assert.deepEqual(usage, expected);
          assert.deepEqual(rest, withoutUsage(facts));
        }
      }
    }),
    check("it can stop recording and still frame the stream", () => {
      const expected = uncut();
      const recorder = protocol.recordStream({ maxEventBytes });
      const half = stream.length >> 1;
      const before = recorder.push(stream.subarray(0, half));
      recorder.stopRecording();
      const items = [...before, ...recorder.push(stream.subarray(half)), ...ended(recorder)];
      assert.deepEqual(items.map(readable), expected.items.map(readable));
      assert.deepEqual([recorder.size, recorder.facts().terminal], [0, true]);
    }),
  ];
}

function record(protocol: Protocol, chunks: readonly Uint8Array[]): Recorded {
  const recorder = protocol.recordStream({ maxEventBytes });
  const items = [...chunks.flatMap((chunk) => recorder.push(chunk)), ...ended(recorder)];
  return { recorder, items, recording: recorder.recording(), facts: recorder.facts() };
}

/** What comes of the proper end of a stream: a terminal item where the protocol has no terminal event. */
function ended(recorder: StreamRecorder): readonly StreamItem[] {
  const last = recorder.close?.();
  recorder.end();
  return last === undefined ? [] : [last];
}

function withoutUsage({ usage: _, ...facts }: AnswerFacts): Omit<AnswerFacts, "usage"> {
  return facts;
}

function readable(item: StreamItem): unknown {
  return [text(item.bytes), item.lean && text(item.lean), item.terminal];
}

/** Pieces of 0 to 40 bytes, by a linear congruential generator: the same for the same seed. */
function randomCuts(stream: Uint8Array, seed: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < stream.length; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = (state >>> 16) % 41;
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
}
