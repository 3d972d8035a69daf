import { describe, expect, it } from "vitest";
import { choosesUpstream, refuseChosenInQuery, refuseChosenUpstream } from "./chosen-upstream.ts";

const read = (body: object | string) => () =>
  refuseChosenUpstream(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
const call = {
  model: "m",
  messages: [{ role: "user", content: "What is api_base, and what base_url? See endpoint_url." }],
};

describe("a body that would choose where the call goes", () => {
  it.each([
    ...[
      "api_base",
      "base_url",
      "baseURL",
      "apiBase",
      "api-base",
      "api_host",
      "presidio_analyzer_api_base",
      "sagemaker_base_url",
      "s3_endpoint_url",
    ],
    ...["user_config", "model_list", "litellm_params", "aws_bedrock_runtime_endpoint", "deployment_url", "custom_host"],
  ])("by %s is refused", (name) => {
    expect(read({ ...call, [name]: "http://169.254.169.254/" })).toThrow(`'${name}' would choose where the call goes`);
    expect(read({ ...call, extra_body: { [name]: "x" } })).toThrow(name);
    expect(read({ ...call, fallbacks: ["m2", { model: "m3", [name]: "x" }] })).toThrow(name);
  });

  it("is refused also where the name is written in escapes", () => {
    expect(read('{"model":"m","\\u0061pi_base":"http://evil"}')).toThrow("api_base");
  });

  it("is one only where the field stands where gateways look for it", () => {
    expect(read(call)).not.toThrow();
    expect(
      read({ ...call, tools: [{ type: "function", function: { name: "f", parameters: { base_url: 1 } } }] }),
    ).not.toThrow();
    expect(read({ ...call, metadata: { base_url: "a label" }, fallbacks: "m2", extra_body: null })).not.toThrow();
  });

  it("is refused for the base of an API among the labels, too", () => {
    expect(read({ ...call, metadata: { api_base: "http://evil" } })).toThrow("'api_base' would choose");
  });

  it("that is no JSON is left for others to refuse", () => {
    for (const body of ["", '{"api_base":', "[]", '"api_base"', "null"]) expect(read(body)).not.toThrow();
  });
});

describe("a query that would choose it", () => {
  it.each(["?api_base=http://evil", "?a=b&%61pi_base=x", "?base_url=x", "?user_config=x"])("is refused: %s", (query) =>
    expect(() => refuseChosenInQuery(query)).toThrow("would choose where the call goes"),
  );

  it.each(["", "?api-version=2024-10-21", "?alt=sse&key=x", "?q=api_base"])("is not '%s'", (query) =>
    expect(() => refuseChosenInQuery(query)).not.toThrow(),
  );
});

describe("a header field that would", () => {
  it.each([
    "x-target-host",
    "x-openai-host",
    "x-portkey-custom-host",
    "helicone-target-url",
    "x-api-base",
    "x-forwarded-host",
    "x-original-url",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
  ])("is known: %s", (name) => expect(choosesUpstream(name)).toBe(true));

  it.each(["host", "x-forwarded-for", "x-portkey-provider", "openai-organization", "authorization"])(
    "is not %s",
    (name) => expect(choosesUpstream(name)).toBe(false),
  );
});
