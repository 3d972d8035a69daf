import { describe, expect, it } from "vitest";
import { StoredResponse } from "./stored-response.ts";

const text = '{"a":"höhe 🌊"}';
const bytes = new TextEncoder().encode(text);
const init = { status: 201, headers: { "content-type": "application/json" } };
const of = (held: Uint8Array): StoredResponse => new StoredResponse(held, init.status, () => init.headers);
const make = (): Response => of(bytes) as Response;
/** What the platform's own does is what ours must do. */
const platform = (): Response => new Response(new Uint8Array(bytes), init);

describe.each([
  ["ours", make],
  ["the platform's", platform],
] as const)("%s", (_, response) => {
  it("gives status, headers and the body in every form", async () => {
    expect(response()).toBeInstanceOf(Response);
    expect(response()).toMatchObject({ status: 201, ok: true, bodyUsed: false });
    expect(response().headers.get("content-type")).toBe("application/json");
    expect(await response().text()).toBe(text);
    expect(await response().json()).toEqual(JSON.parse(text));
    expect(new Uint8Array(await response().arrayBuffer())).toEqual(bytes);
    expect(await response().bytes()).toEqual(bytes);
    const blob = await response().blob();
    expect([await blob.text(), blob.type]).toEqual([text, "application/json"]);
    expect(await new Response(response().body).text()).toBe(text);
  });

  it("is read once", async () => {
    const read = response();
    await read.text();
    expect(read.bodyUsed).toBe(true);
    await expect(read.text()).rejects.toThrow(TypeError);
    await expect(read.json()).rejects.toThrow(TypeError);
    expect(() => read.clone()).toThrow(TypeError);
  });

  it("can be cloned before it is read, and both can be read", async () => {
    const first = response();
    const second = first.clone();
    expect([await first.text(), await second.text()]).toEqual([text, text]);
    expect(second.status).toBe(201);
  });

  it("has a stream for a body, which counts as used once it is read and not before", async () => {
    const streamed = response();
    const { body } = streamed;
    expect(streamed.body).toBe(body);
    expect(streamed.bodyUsed).toBe(false);
    const reader = body?.getReader();
    await expect(streamed.text()).rejects.toThrow(TypeError);
    expect(streamed.bodyUsed).toBe(false);
    expect((await reader?.read())?.value).toEqual(bytes);
    expect(streamed.bodyUsed).toBe(true);
    expect((await reader?.read())?.done).toBe(true);
  });

  it("can be cancelled", async () => {
    const cancelled = response();
    await cancelled.body?.cancel();
    expect(cancelled.bodyUsed).toBe(true);
  });

  it("has an empty body like any other", async () => {
    expect(await of(new Uint8Array()).text()).toBe("");
    expect(await new Response(of(new Uint8Array()).body).text()).toBe("");
  });
});

describe("ours", () => {
  it("hands out copies: nobody can write into what the cache holds", async () => {
    const mine = new TextEncoder().encode("kept");
    (await of(mine).bytes()).fill(0);
    new Uint8Array(await of(mine).arrayBuffer()).fill(0);
    (await of(mine).body.getReader().read()).value?.fill(0);
    expect(new TextDecoder().decode(mine)).toBe("kept");
  });
});
