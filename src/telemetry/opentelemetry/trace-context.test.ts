import { createTraceState } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { fieldIn, readTraceParent, traceFieldsOf, withoutTraceFields } from "./trace-context.ts";

const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];

describe("readTraceParent", () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [` 00-${traceId}-${spanId}-03 `, 3],
    [`01-${traceId}-${spanId}-01`, 1],
    [`cc-${traceId}-${spanId}-01-what-comes-later`, 1],
  ])("reads %s", (value, traceFlags) => expect(readTraceParent(value)).toEqual({ traceId, spanId, traceFlags }));

  it.each([
    undefined,
    "",
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
  ])("takes %s for none", (value) => expect(readTraceParent(value)).toBeUndefined());
});

it("writes what it reads, with the state of vendors as it stands", () => {
  const traceState = createTraceState("vendor=a,other=b");
  expect(traceFieldsOf({ traceId, spanId, traceFlags: 1, traceState })).toEqual({
    traceparent: `00-${traceId}-${spanId}-01`,
    tracestate: "vendor=a,other=b",
  });
  expect(traceFieldsOf({ traceId, spanId, traceFlags: 0 })).toEqual({ traceparent: `00-${traceId}-${spanId}-00` });
});

describe("fields of a request", () => {
  const rawHeaders = ["TraceParent", "p", "Accept", "traceparent", "tracestate", "a=1", "TRACESTATE", "b=2"];

  it("finds them by name, whatever their case, and joins those that may be repeated", () => {
    expect(fieldIn(rawHeaders, "traceparent")).toBe("p");
    expect(fieldIn(rawHeaders, "tracestate")).toBe("a=1,b=2");
    expect(fieldIn(["accept", "x"], "tracestate")).toBeUndefined();
  });

  it("takes a parent that is named twice for none", () => {
    expect(fieldIn([...rawHeaders, "traceparent", "q"], "traceparent")).toBeUndefined();
  });

  it("leaves everything else where it was", () => {
    expect(withoutTraceFields(rawHeaders)).toEqual(["Accept", "traceparent"]);
    const others = ["accept", "traceparent"];
    expect(withoutTraceFields(others)).toBe(others);
  });
});
