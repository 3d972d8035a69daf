import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { BodyRoom } from "./body-room.ts";
import { readBody } from "./request-body.ts";

const bounds = { maxBodyBytes: 100, maxRatio: 100 };

function coming() {
  const stream = new PassThrough();
  const request = Object.assign(stream, { headers: {}, complete: false }) as unknown as IncomingMessage;
  return { stream, request };
}

/** When all that was written has been read. */
const read = () => new Promise((resolve) => setImmediate(resolve));

test("X11: all bodies together take as much as there is room, however far each has come", async () => {
  const room = new BodyRoom(() => 100);
  const slow = coming();
  const slowBody = readBody(slow.request, bounds, room);
  slow.stream.write("x".repeat(60));
  await read();
  const other = coming();
  const refused = expect(readBody(other.request, bounds, room)).rejects.toMatchObject({
    status: 503,
    code: "too_many_bodies",
    fields: { "retry-after": "1" },
  });
  other.stream.end("y".repeat(41));
  await refused;
  const small = coming();
  const smallBody = readBody(small.request, bounds, room);
  small.stream.end("z".repeat(40));
  expect(await smallBody).toHaveLength(40);
  slow.stream.end();
  expect(await slowBody).toHaveLength(60);
  expect(room.heldBytes).toBe(100);
});

test.each(["too large", "broken off", "not valid"])("what a body took that is %s is given back", async (how) => {
  const room = new BodyRoom(() => 1_000);
  const { stream, request } = coming();
  const refused = expect(readBody(request, bounds, room)).rejects.toMatchObject({
    status: how === "too large" ? 413 : 400,
  });
  stream.write("x".repeat(60));
  await read();
  expect(room.heldBytes).toBe(60);
  if (how === "too large") stream.end("x".repeat(60));
  else stream.destroy(how === "not valid" ? new Error("no such bytes") : undefined);
  await refused;
  expect(room.heldBytes).toBe(0);
});
