import { describe, expect, it } from "vitest";
import { RequestRejectedError } from "../core/errors.ts";
import { bytesOfNumbers, floatsOf } from "../core/vector.ts";
import { geminiEmbeddings } from "./gemini-embeddings.ts";

const model = "gemini-embedding-001";
const single = `/v1beta/models/${model}:embedContent`;
const batch = `/v1beta/models/${model}:batchEmbedContents`;

const bytes = (body: unknown) => Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
const parse = (body: unknown, endpoint = batch) => geminiEmbeddings.parseRequest(bytes(body), endpoint);
const content = (text: string) => ({ parts: [{ text }] });
const request = (text: string, more: object = {}) => ({ model: `models/${model}`, content: content(text), ...more });
const forwarded = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString());
const text = (body: Uint8Array) => Buffer.from(body).toString();

/** Which of two requests, each for one text, have the same key: input, parameters and model. */
const keyOf = (more: object, words = "a") => {
  const { inputs, model: named } = parse(request(words, more), single);
  return JSON.stringify([named, inputs[0]?.canonical, inputs[0]?.parameters]);
};

describe("the endpoint", () => {
  it.each([single, batch, `/models/${model}:embedContent`, `/v1/models/${model}:batchEmbedContents`])(
    "%s names the model, with whatever stands before it",
    (path) => {
      expect(geminiEmbeddings.endpointOf(`https://host/base${path}`)).toBe(path);
      expect(parse(path.endsWith(":embedContent") ? request("a") : { requests: [request("a")] }, path).model).toBe(
        model,
      );
    },
  );

  it.each([
    `/v1beta/models/${model}:generateContent`,
    `/v1beta/models/${model}`,
    `${single}/more`,
    "/v1beta/models/:embedContent",
  ])("%s is none", (path) => expect(geminiEmbeddings.endpointOf(path)).toBeUndefined());

  it("names a model in escapes as it is", () => {
    expect(parse(request("a", { model: undefined }), "/v1beta/models/gemini%2Dx:embedContent").model).toBe("gemini-x");
    for (const name of ["a%zz", "g%2F..%2Fx", "g%252Fx", "g%5Cx"])
      expect(() => parse(request("a", { model: undefined }), `/v1beta/models/${name}:embedContent`)).toThrow(
        RequestRejectedError,
      );
  });
});

describe("a request", () => {
  it("of embedContent is one input, and goes on as it came", () => {
    const body = request("hello", { taskType: "RETRIEVAL_DOCUMENT", title: "t", outputDimensionality: 8 });
    const parsed = parse(body, single);
    expect([parsed.shape, parsed.encoding, parsed.user, parsed.inputs.length]).toEqual([
      "single",
      "float",
      undefined,
      1,
    ]);
    expect(parsed.inputs[0]).toMatchObject({
      canonical: '{"parts":[{"text":"hello"}]}',
      dimensions: 8,
      tokens: undefined,
    });
    for (const sent of [parsed.forward(), parsed.forward([0])]) expect(forwarded(sent)).toEqual(body);
  });

  it("of batchEmbedContents is taken apart, and each keeps what is its own", () => {
    const requests = [
      request("a", { taskType: "RETRIEVAL_QUERY" }),
      request("b", { taskType: "RETRIEVAL_DOCUMENT", title: "B" }),
      request("c", { outputDimensionality: 4 }),
    ];
    const parsed = parse({ requests });
    expect(parsed.shape).toBe("list");
    expect(parsed.inputs.map(({ parameters, dimensions }) => [JSON.parse(parameters), dimensions])).toEqual([
      [{ taskType: "RETRIEVAL_QUERY" }, undefined],
      [{ taskType: "RETRIEVAL_DOCUMENT", title: "B" }, undefined],
      [{ outputDimensionality: 4 }, 4],
    ]);
    expect(forwarded(parsed.forward())).toEqual({ requests });
    expect(forwarded(parsed.forward([2, 0], { encoding: "dense" }))).toEqual({ requests: [requests[2], requests[0]] });
  });

  it("has one key for a content, in a batch and alone", () => {
    const more = { taskType: "CLUSTERING", outputDimensionality: 4 };
    const [inBatch] = parse({ requests: [request("a", more)] }).inputs;
    expect(inBatch).toEqual(parse(request("a", more), single).inputs[0]);
  });

  it.each([
    ["the task type", { taskType: "RETRIEVAL_QUERY" }, { taskType: "RETRIEVAL_DOCUMENT" }],
    ["no task type", {}, { taskType: "RETRIEVAL_QUERY" }],
    ["the title", { title: "a" }, { title: "b" }],
    ["the length", { outputDimensionality: 4 }, { outputDimensionality: 8 }],
    ["a field that is not known", {}, { autoTruncate: true }],
    ["the configuration", { embedContentConfig: { outputDimensionality: 4 } }, { embedContentConfig: {} }],
    [
      "a further part",
      { content: { parts: [{ text: "a" }, { text: "b" }] } },
      { content: { parts: [{ text: "ab" }] } },
    ],
    ["an image", {}, { content: { parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] } }],
    ["a role", {}, { content: { role: "user", ...content("a") } }],
  ])("%s is part of the key", (_, one, other) => expect(keyOf(one)).not.toBe(keyOf(other)));

  it("has a key that the order of its fields, and how the model is written, do not change", () => {
    expect(keyOf({ taskType: "CLUSTERING", title: "t" })).toBe(keyOf({ title: "t", taskType: "CLUSTERING" }));
    expect(keyOf({ model })).toBe(keyOf({ model: `models/${model}` }));
    expect(keyOf({ model: undefined })).toBe(keyOf({}));
    expect(keyOf({}, "b")).not.toBe(keyOf({}, "a"));
  });

  it("keys what stands beside the requests of a batch", () => {
    const parametersOf = (more: object) => parse({ requests: [request("a")], ...more }).inputs[0]?.parameters;
    expect(parametersOf({ unknown: 1 })).not.toBe(parametersOf({}));
    expect(parametersOf({ unknown: 1 })).not.toBe(parametersOf({ unknown: 2 }));
    expect(parametersOf({ unknown: 1 })).not.toBe(
      parse({ requests: [request("a", { unknown: 1 })] }).inputs[0]?.parameters,
    );
    expect(forwarded(parse({ requests: [request("a")], unknown: 1 }).forward([0]))).toMatchObject({ unknown: 1 });
  });

  it("says its length under any spelling", () => {
    const lengthOf = (more: object) => parse(request("a", more), single).inputs[0]?.dimensions;
    expect(lengthOf({ outputDimensionality: 3 })).toBe(3);
    expect(lengthOf({ output_dimensionality: 3 })).toBe(3);
    expect(lengthOf({ embedContentConfig: { outputDimensionality: 3 } })).toBe(3);
    expect(lengthOf({ embed_content_config: { output_dimensionality: 3 } })).toBe(3);
    expect(lengthOf({ outputDimensionality: null })).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["requests", {}, batch],
    ["requests", { requests: [] }, batch],
    ["requests", { requests: {} }, batch],
    ["requests[1]", { requests: [request("a"), "b"] }, batch],
    ["requests[0].content", { requests: [{ model: `models/${model}` }] }, batch],
    ["requests[1].model", { requests: [request("a"), request("b", { model: "models/other" })] }, batch],
    ["requests[0].outputDimensionality", { requests: [request("a", { outputDimensionality: 0 })] }, batch],
    ["outputDimensionality", request("a", { outputDimensionality: "4" }), single],
    ["outputDimensionality", request("a", { output_dimensionality: 1.5 }), single],
    ["content", { content: "text" }, single],
    ["model", request("a", { model: "models/other" }), single],
  ])("is refused for %s", (param, body, endpoint) => {
    const refusal = (): unknown => {
      try {
        return parse(body, endpoint);
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toBeInstanceOf(RequestRejectedError);
    expect(refusal()).toMatchObject({ status: 400, param });
  });

  it("is refused where it is no strict JSON", () => {
    expect(() => parse('{"content":{},"content":{}}', single)).toThrow(RequestRejectedError);
  });
});

describe("a reply", () => {
  const read = (reply: unknown, count: number, shape: "list" | "single" = "list") =>
    geminiEmbeddings.readVectors(bytes(reply), count, shape);
  const numbers = (reply: unknown, count: number, shape?: "list" | "single") => {
    const reading = read(reply, count, shape);
    return reading.ok ? reading.vectors.map((vector) => [...floatsOf(vector)]) : reading.fault;
  };

  it("of one content, and of a batch, is read in its order", () => {
    expect(numbers({ embedding: { values: [1, -0.5] } }, 1, "single")).toEqual([[1, -0.5]]);
    expect(numbers({ embeddings: [{ values: [1] }, { values: [2] }] }, 2)).toEqual([[1], [2]]);
  });

  it("has its tokens where it says them", () => {
    const reply = { embedding: { values: [1] } };
    expect(read({ ...reply, usageMetadata: { promptTokenCount: 7 } }, 1, "single")).toMatchObject({ tokens: 7 });
    for (const usageMetadata of [undefined, null, {}, { promptTokenCount: -1 }, { promptTokenCount: "7" }])
      expect(read({ ...reply, usageMetadata }, 1, "single")).toMatchObject({ ok: true, tokens: undefined });
  });

  it.each<[string, unknown, number, "list" | "single"]>([
    ["not_json", "<html>", 1, "list"],
    ["not_json", [], 1, "list"],
    ["error_body", { error: { code: 500 } }, 1, "list"],
    ["error_body", {}, 1, "list"],
    ["error_body", { embedding: { values: [1] } }, 1, "list"],
    ["error_body", { embeddings: [{ values: [1] }] }, 1, "single"],
    ["wrong_count", { embeddings: [{ values: [1] }] }, 2, "list"],
    ["wrong_count", { embeddings: [{ values: [1] }, { values: [1] }] }, 1, "list"],
    ["error_body", { embeddings: [null] }, 1, "list"],
    ["error_body", { embeddings: [{ values: ["1"] }] }, 1, "list"],
    ["error_body", { embeddings: [{ values: [null] }] }, 1, "list"],
    ["wrong_length", { embeddings: [{ values: [] }] }, 1, "list"],
    ["not_finite", { embeddings: [{ values: [1e39] }] }, 1, "list"],
  ])("is %s: %j for %d", (fault, reply, count, shape) => {
    expect(read(reply, count, shape)).toMatchObject({ ok: false, fault, message: expect.stringMatching(/origin/) });
  });

  const vectors = [bytesOfNumbers([0.1, -2]), bytesOfNumbers([3, 4])];
  const render = (tokens: readonly (number | undefined)[], shape: "list" | "single") =>
    text(
      geminiEmbeddings.render({ vectors: vectors.slice(0, tokens.length), tokens, model, encoding: "float", shape }),
    );

  it("is put together again in either shape", () => {
    expect(render([undefined], "single")).toBe('{"embedding":{"values":[0.1,-2]}}');
    expect(render([undefined, undefined], "list")).toBe('{"embeddings":[{"values":[0.1,-2]},{"values":[3,4]}]}');
  });

  it("says the tokens of all whose tokens are known, and reads as it was written", () => {
    const body = JSON.parse(render([3, undefined], "list"));
    expect(body.usageMetadata).toEqual({ promptTokenCount: 3, totalTokenCount: 3 });
    expect(read(body, 2)).toEqual({ ok: true, vectors, tokens: 3, model: undefined });
  });

  it("has room for numbers of any length", () => {
    const long = bytesOfNumbers(Array.from({ length: 500 }, (_, index) => -(index + 1) * 1.2345678e-38));
    const body = geminiEmbeddings.render({ vectors: [long], tokens: [1], model, encoding: "float", shape: "single" });
    expect(read(text(body), 1, "single")).toMatchObject({ ok: true, vectors: [long] });
  });
});

describe("an error of ours", () => {
  it.each([
    [400, "INVALID_ARGUMENT"],
    [502, "UNAVAILABLE"],
    [504, "DEADLINE_EXCEEDED"],
    [413, "INVALID_ARGUMENT"],
    [418, "INVALID_ARGUMENT"],
  ])("%d has Google's form", (status, name) => {
    const error = { status, code: "wrong_count", message: "m", param: undefined } as never;
    const body = JSON.parse(text(geminiEmbeddings.renderError(error, "json") as Uint8Array));
    expect(body.error).toMatchObject({
      code: status,
      message: "m",
      status: name,
      details: [{ reason: "WRONG_COUNT", domain: "reprise" }],
    });
  });

  it("says which field is wrong", () => {
    const error = { status: 400, code: "invalid_request", message: "must be an object", param: "content" };
    const body = JSON.parse(text(geminiEmbeddings.renderError(error, "json") as Uint8Array));
    expect(body.error.details[1].fieldViolations).toEqual([{ field: "content", description: "must be an object" }]);
  });
});
