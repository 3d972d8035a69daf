import { describe, expect, it } from "vitest";
import { RequestRejectedError } from "../core/errors.ts";
import { gemini } from "./gemini.ts";
import { bytes, contents, endpoint, request, streamEndpoint, text } from "./gemini-samples.ts";

const keyOf = (body: object = {}, at = endpoint, query?: string) => {
  const { facts, canonical } = request(body, at, query);
  return `${facts.model} ${canonical}`;
};

describe("the endpoint", () => {
  it.each([
    ["/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro"],
    ["/v1/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro"],
    ["/v1alpha/models/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro"],
    ["/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro"],
    ["/v1beta/models/gemini%2D2.5%2Dpro:generateContent", "gemini-2.5-pro"],
    ["/v1beta/tunedModels/mine-1:generateContent", "tunedModels/mine-1"],
    ["/v1beta1/publishers/google/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro"],
    ["/v1/projects/p/locations/us-1/publishers/google/models/g:streamGenerateContent", "g"],
    ["/v1/projects/p/locations/us-1/endpoints/123:generateContent", "endpoints/123"],
  ])("%s names %s, with whatever stands before it", (path, model) => {
    expect(gemini.endpointOf(path)).toBe(path);
    expect(gemini.endpointOf(`https://host/base${path}`)).toBe(path);
    expect(request({}, path).facts.model).toBe(model);
  });

  it.each([
    "/v1beta/models/g:countTokens",
    "/v1beta/models/g:embedContent",
    "/v1beta/models/g",
    "/v1beta/models/:generateContent",
    "/v1beta/models/a/b:generateContent",
    "/v1/projects/p/locations/l/publishers/anthropic/models/claude:rawPredict",
  ])("%s is none", (path) => expect(gemini.endpointOf(path)).toBeUndefined());

  it.each(["g%2F..%2Fgemini-pro", "g%5Cx", "g%252Fx", "g%3Fx", "g%23x", "a%zz", "g%2Fx%zz"])(
    "that names %s as the model is refused: whoever decodes paths would take it for another one",
    (name) => {
      for (const path of [`/v1beta/models/${name}:generateContent`, `/v1beta/tunedModels/${name}:generateContent`])
        expect(() => request({}, path)).toThrow(RequestRejectedError);
    },
  );
});

describe("the form", () => {
  it.each([
    [endpoint, "", false, []],
    [endpoint, "?alt=json&prettyPrint=false", false, []],
    [endpoint, "?alt=sse", false, ["other_form"]],
    [endpoint, "?$alt=json;enum-encoding=int", false, ["other_form"]],
    [streamEndpoint, "?alt=sse", true, []],
    [streamEndpoint, "?key=k&alt=sse", true, []],
    [streamEndpoint, "", false, ["other_form"]],
    [streamEndpoint, "?alt=json", false, ["other_form"]],
    [streamEndpoint, "?alt=sse&alt=proto", false, ["other_form"]],
    [streamEndpoint, "?alt=sse&%24alt=json", false, ["other_form"]],
  ] as const)("of %s with %j: a stream is %s, dependencies %j", (at, query, stream, dependencies) => {
    expect(request({}, at, query).facts).toMatchObject({ stream, dependencies, includeUsage: true });
  });
});

describe("the key", () => {
  it("is the same for both methods, and without labels and tier", () => {
    const plain = keyOf();
    expect(keyOf({}, streamEndpoint, "?alt=sse")).toBe(plain);
    expect(keyOf({ labels: { team: "a" }, serviceTier: "flex", service_tier: "flex" })).toBe(plain);
  });

  it("tells versions, parents, collections and models apart", () => {
    const paths = [
      endpoint,
      "/v1/models/gemini-2.5-flash:generateContent",
      "/models/gemini-2.5-flash:generateContent",
      "/v1beta/models/gemini-2.5-pro:generateContent",
      "/v1beta/tunedModels/gemini-2.5-flash:generateContent",
      "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent",
      "/v1/projects/q/locations/l/publishers/google/models/gemini-2.5-flash:generateContent",
    ];
    expect(new Set(paths.map((path) => keyOf({}, path))).size).toBe(paths.length);
  });

  it("counts every other field as it stands, known or not", () => {
    const bodies: readonly object[] = [
      {},
      { contents: [{ role: "user", parts: [{ text: "Hello!" }] }] },
      { contents: [{ role: "user", parts: [{ text: "Hello", thought: true }] }] },
      { contents: [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: "aQ==" } }] }] },
      { contents: [{ role: "user", parts: [{ fileData: { mimeType: "image/png", fileUri: "files/1" } }] }] },
      { systemInstruction: { parts: [{ text: "s" }] } },
      { system_instruction: { parts: [{ text: "s" }] } },
      { generationConfig: { topK: 1 } },
      { generation_config: { topK: 1 } },
      { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
      { safetySettings: [{ category: "c", threshold: "BLOCK_NONE" }] },
      { cachedContent: "cachedContents/1" },
      { tools: [{ functionDeclarations: [{ name: "f" }] }] },
      { toolConfig: { functionCallingConfig: { mode: "ANY" } } },
      { store: true },
      { model: "models/x" },
      { ["__proto__"]: 1, constructor: 1 },
      { unknown: null },
    ];
    expect(new Set(bodies.map((body) => keyOf(body))).size).toBe(bodies.length);
  });

  it("keeps the order of keys only where it may reach the model", () => {
    const swapped = (value: object): object => Object.fromEntries(Object.entries(value).reverse());
    const image = { inlineData: { mimeType: "image/png", data: "aQ==" }, text: "x" };
    const config = { topP: 1, topK: 2, thinkingConfig: { includeThoughts: true, thinkingBudget: 1 } };
    for (const [one, other] of [
      [{ contents: [{ role: "user", parts: [image] }] }, { contents: [{ parts: [swapped(image)], role: "user" }] }],
      [{ generationConfig: config }, { generationConfig: swapped(config) }],
      [{ generation_config: config }, { generation_config: swapped(config) }],
    ] as const) {
      expect(keyOf(one)).toBe(keyOf(other));
    }
    const schema = { properties: { a: { type: "STRING" }, b: { type: "STRING" } } };
    const other = { properties: { b: { type: "STRING" }, a: { type: "STRING" } } };
    const args = { functionCall: { name: "f", args: { a: 1, b: 2 } } };
    for (const [left, right] of [
      [{ generationConfig: { responseSchema: schema } }, { generationConfig: { responseSchema: other } }],
      [
        { tools: [{ functionDeclarations: [{ name: "f", parameters: schema }] }] },
        { tools: [{ functionDeclarations: [{ name: "f", parameters: other }] }] },
      ],
      [
        { contents: [{ role: "model", parts: [args] }] },
        { contents: [{ role: "model", parts: [{ functionCall: { name: "f", args: { b: 2, a: 1 } } }] }] },
      ],
    ] as const) {
      expect(keyOf(left)).not.toBe(keyOf(right));
    }
  });
});

describe("the facts", () => {
  it.each([
    [{}, undefined],
    [{ generationConfig: { temperature: 0 } }, 0],
    [{ generation_config: { temperature: 0.5 } }, 0.5],
    [{ generationConfig: { temperature: "0.25" } }, 0.25],
    [{ generationConfig: { temperature: null } }, undefined],
    [{ generationConfig: null, generation_config: { temperature: 1 } }, 1],
  ])("of %j: temperature %s", (body, temperature) => {
    expect(request(body).facts.temperature).toBe(temperature);
  });

  it.each([
    [[{ functionDeclarations: [] }], []],
    [[{ function_declarations: [] }], []],
    [[{ googleSearch: {} }], ["provider_tools"]],
    [[{ google_search_retrieval: {} }], ["provider_tools"]],
    [[{ functionDeclarations: [], codeExecution: {} }], ["provider_tools"]],
    [[{ functionDeclarations: [] }, { urlContext: {} }], ["provider_tools"]],
    [[{ googleSearch: null, functionDeclarations: [] }], []],
    [{ fileSearch: {} }, ["provider_tools"]],
    [[{ computerUse: {} }], ["provider_tools"]],
    [[{ somethingNew: {} }], ["provider_tools"]],
  ])("of the tools %j: dependencies %j", (tools, dependencies) => {
    expect(request({ tools }).facts.dependencies).toEqual(dependencies);
  });

  it.each([
    "{}",
    '{"contents":[]}',
    '{"contents":"Hello"}',
    '{"contents":[{}],"generationConfig":[]}',
    '{"contents":[{}],"generationConfig":{"temperature":"warm"}}',
    '{"contents":[{}],"generationConfig":{"temperature":true}}',
  ])("refuses %s, naming the field", (body) => {
    expect(() => gemini.parseRequest(bytes(body), endpoint)).toThrow(
      expect.objectContaining({ param: expect.stringMatching(/^(contents|generationConfig)/), status: 400 }),
    );
    expect(() => gemini.parseRequest(bytes(body), endpoint)).toThrow(RequestRejectedError);
  });

  it("takes a single content without the brackets of its list", () => {
    expect(request({ contents: contents[0] }).facts.model).toBe("gemini-2.5-flash");
  });
});

describe("what is sent", () => {
  const sent = (parsed: ReturnType<typeof request>, options?: { temperature: number }) =>
    JSON.parse(text(parsed.forward(options)));

  it("is what was keyed and what was not", () => {
    const body = { contents, labels: { a: "b" }, generation_config: { top_k: 3 }, unknown: [1] };
    expect(sent(request(body))).toEqual(body);
  });

  it("has the temperature asked for, in the spelling that is there", () => {
    expect(sent(request(), { temperature: 0 }).generationConfig).toEqual({ temperature: 0 });
    expect(sent(request({ generation_config: { topK: 1 } }), { temperature: 0 })).toEqual({
      contents,
      generation_config: { topK: 1, temperature: 0 },
    });
    const zero = request({ generationConfig: { temperature: 1, topK: 1 } }).deterministic();
    expect(zero?.facts.temperature).toBe(0);
    expect(zero?.canonical).toBe(request({ generationConfig: { temperature: 0, topK: 1 } }).canonical);
    expect(zero?.deterministic()).toBe(zero);
  });
});

describe("the expectations", () => {
  const expected = (generationConfig: object) => request({ generationConfig }).expectations;
  it("are as many candidates as were asked for", () => {
    expect(expected({}).choices).toBe(1);
    expect(expected({ candidateCount: 2 }).choices).toBe(2);
    expect(request({ generation_config: { candidate_count: 3 } }).expectations.choices).toBe(3);
  });

  it("are JSON only where the type is JSON", () => {
    const schema = { type: "OBJECT", properties: { n: { type: "INTEGER" } }, required: ["n"] };
    expect(expected({ responseMimeType: "application/json", responseSchema: schema })).toMatchObject({ json: "any" });
    expect(
      expected({ responseMimeType: "text/x.enum", responseSchema: { type: "STRING", enum: ["a"] } }),
    ).toMatchObject({
      json: false,
      schema: undefined,
      tools: new Map(),
    });
    expect(request({ generation_config: { response_mime_type: "application/json" } }).expectations.json).toBe("any");
    for (const name of ["responseJsonSchema", "response_json_schema", "_responseJsonSchema"])
      expect(expected({ responseMimeType: "application/json", [name]: { type: "object" } }).schema).toEqual(
        new Map([["type", "object"]]),
      );
  });

  it("name the declared functions, with their parameters in either kind of schema", () => {
    const { tools } = request({
      tools: [
        { functionDeclarations: [{ name: "a", parameters: { type: "OBJECT" } }, { name: "b" }] },
        { function_declarations: [{ name: "c", parameters_json_schema: { type: "object" } }, { name: "" }, 7] },
      ],
    }).expectations;
    expect(tools).toEqual(
      new Map<string, unknown>([
        ["a", new Map([["type", ["object"]]])],
        ["b", undefined],
        ["c", new Map([["type", "object"]])],
      ]),
    );
  });
});
