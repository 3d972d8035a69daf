import { describe, expect, it } from "vitest";
import { model, setUpEmbeddings } from "./embedding-harness.ts";

/** What servers that are compatible with OpenAI's embeddings take besides: other numbers, and inputs that are no text. */

const single = (embedding: unknown) =>
  Response.json({ object: "list", data: [{ object: "embedding", index: 0, embedding }], model });

describe("a request whose vectors are not one list of 32-bit floats for each input alone", () => {
  it.each<[string, object]>([
    ["whole numbers of a byte", { output_dtype: "int8" }],
    ["packed bits", { output_dtype: "ubinary" }],
    ["half the precision", { embed_dtype: "float16" }],
    ["the other order of bytes", { endianness: "big" }],
    ["bits", { embedding_type: "binary" }],
    ["two types at once", { embedding_type: ["float", "binary"] }],
    ["types by name", { embedding_types: ["int8"] }],
    ["a vector for each token", { return_multivector: true }],
    ["inputs that see one another", { late_chunking: true }],
  ])("%s: passes by as it came", async (_, body) => {
    const { asked, embed, script } = await setUpEmbeddings();
    // Eight numbers of a byte are not two floats.
    const packed = Buffer.from(Int8Array.from([1, -2, 3, -4, 5, -6, 7, -8])).toString("base64");
    script.plan = () => single(packed);
    for (let time = 0; time < 2; time++) {
      const { outcome, reason, reply } = await embed(["a"], { body });
      expect([outcome, reason, reply.data[0]?.embedding]).toEqual(["BYPASS", "not_cacheable", packed]);
    }
    expect(asked.map((sent) => sent.body)).toEqual([
      { model, input: ["a"], ...body },
      { model, input: ["a"], ...body },
    ]);
  });

  it.each<object>([
    { output_dtype: "float" },
    { output_dtype: null },
    { embed_dtype: "float32" },
    { endianness: "little" },
    { embedding_type: "float" },
    { embedding_types: ["float"] },
    { return_multivector: false },
    { late_chunking: false },
  ])("%j asks for what is usual, and is cached", async (body) => {
    const { embed } = await setUpEmbeddings();
    await embed(["a"], { body });
    expect((await embed(["a"], { body })).outcome).toBe("HIT");
  });
});

describe("inputs that are objects", () => {
  it("are cached each on its own, in one batch with texts", async () => {
    const { embed, inputs, script } = await setUpEmbeddings();
    const one = { image: "https://pictures.test/1.png" };
    const other = { image: "https://pictures.test/2.png" };
    script.plan = ({ body }) => {
      const data = (body["input"] as unknown[]).map((input, index) => ({
        index,
        embedding: [JSON.stringify(input).length, index],
      }));
      return Response.json({ data, model });
    };
    expect((await embed([one, "text"])).status).toBe(200);
    expect((await embed([one, other, "text"])).counts).toBe("total=3, cached=2, asked=1");
    expect((await embed(["text", other, one])).outcome).toBe("HIT");
    expect(inputs().length).toBe(2);
  });

  it("are not the texts that they look like", async () => {
    const { asked, embed } = await setUpEmbeddings();
    await embed(['{"text":"a"}']);
    await embed([{ text: "a" }]);
    expect(asked.length).toBe(2);
  });

  it("do not stand beside tokens", async () => {
    const { asked, embed } = await setUpEmbeddings();
    const { status, reply } = await embed([{ text: "a" }, [1]]);
    expect([status, reply.error]).toEqual([400, expect.objectContaining({ param: "input[1]" })]);
    expect(asked).toEqual([]);
  });
});
