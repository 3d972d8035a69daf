import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { waitBeforeMs } from "../../dashboard/api/back-off.ts";
import { EventParser } from "../../dashboard/api/event-parser.ts";
import { failureOf } from "../../dashboard/api/failure.ts";
import { columnSpan, isEmpty, stacked } from "../../dashboard/charts/series.ts";
import { modelsShown } from "../../dashboard/format/models.ts";
import { bytes, count, duration, money, percent, shortCount } from "../../dashboard/format/numbers.ts";
import { ago } from "../../dashboard/format/times.ts";
import { hashOf, routeOf, viewNames } from "../../dashboard/shell/route.ts";
import { ways } from "../../dashboard/views/invalidation-ways.ts";
import { sinceMidnight } from "../../dashboard/views/windows.ts";

describe("numbers as people read them", () => {
  test.each([
    ["0", "$0"],
    ["0.00000012", "< $0.000001"],
    ["0.000213", "$0.00021"],
    ["0.0003", "$0.00030"],
    ["0.4567", "$0.46"],
    ["0.9949", "$0.99"],
    ["0.9996", "$1.00"],
    ["1234.5", "$1,234.50"],
    ["1234567", "$1.2M"],
    ["-3.5", "−$3.50"],
  ])("%s dollars are %s", (usd, shown) => expect(money(usd)).toBe(shown));

  test.each([
    [0, "0 ms"],
    [0.123, "0.12 ms"],
    [9.96, "10.0 ms"],
    [412.4, "412 ms"],
    [1_234, "1.2 s"],
    [65_000, "1 min 5 s"],
    [7_200_000, "2 h"],
    [100_000_000, "1 d 3 h"],
    [-1_500, "−1.5 s"],
    [null, "–"],
  ])("%s ms are %s", (ms, shown) => expect(duration(ms)).toBe(shown));

  test("sizes, shares and counts", () => {
    expect([0, 999, 1_000, 123_456, 4.3e9].map(bytes)).toEqual(["0 B", "999 B", "1.0 KB", "123 KB", "4.3 GB"]);
    expect([percent(0, 0), percent(1, 3), percent(1, 100_000), percent(0, 5)]).toEqual([
      "–",
      "33.3 %",
      "< 0.1 %",
      "0.0 %",
    ]);
    expect([count(1_234_567), shortCount(999), shortCount(12_345)]).toEqual(["1,234,567", "999", "12.3K"]);
  });

  test("the model that answered is told where it is another", () => {
    expect(modelsShown("m-large", "m-large")).toBe("m-large");
    expect(modelsShown("m-large", undefined)).toBe("m-large");
    expect(modelsShown("m-large", "m-large-2")).toBe("m-large, answered by m-large-2");
    expect([modelsShown(undefined, "m-1"), modelsShown(undefined, undefined)]).toEqual(["–, answered by m-1", "–"]);
  });

  test("how long ago", () => {
    const now = Date.parse("2026-01-02T12:00:00Z");
    expect(ago("2026-01-02T11:59:57Z", now)).toBe("3 s ago");
    expect(ago("2026-01-02T11:59:47.6Z", now)).toBe("12 s ago");
    expect(ago("2026-01-02T10:30:00Z", now)).toBe("1 h ago");
    expect(ago("2026-01-04T12:00:00Z", now)).toBe("in 2 d");
    expect(ago("no instant", now)).toBe("–");
  });

  test("today so far is a window of whole minutes, and never of none", () => {
    expect(sinceMidnight(new Date(2026, 0, 2, 13, 5))).toBe("785m");
    expect(sinceMidnight(new Date(2026, 0, 2, 0, 0))).toBe("1m");
  });
});

describe("what charts are made of", () => {
  test("each series stands on those before it; what is not known adds nothing", () => {
    const [a, b] = [series([1, 2, null]), series([3, null, 5])];
    expect(stacked([a, b])).toEqual([
      [1, 2, 0],
      [4, 2, 5],
    ]);
  });

  test("all columns are seen whole, the first and the last as well, and one that stands alone", () => {
    expect(columnSpan([3_600, 7_200, 10_800])).toEqual([1_800, 12_600]);
    expect(columnSpan([60])).toEqual([59.5, 60.5]);
    expect(columnSpan([])).toEqual([-0.5, 0.5]);
  });

  test("nothing but noughts is nothing", () => {
    expect(isEmpty({ times: [1, 2], series: [series([0, null])] })).toBe(true);
    expect(isEmpty({ times: [1, 2], series: [series([0, 1])] })).toBe(false);
  });
});

describe("server-sent events", () => {
  test("the same events, wherever the text is cut", () => {
    const text = ': hello\n\nevent: call\ndata: {"a":1}\n\nid: 7\ndata: one\r\ndata:two\r\n\r\nevent: nothing\n\n';
    const expected = [
      { name: "call", data: '{"a":1}' },
      { name: "message", data: "one\ntwo" },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parser = new EventParser();
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(expected);
      }),
    );
  });
});

describe("what answers mean", () => {
  test.each([
    [401, "unauthorized", "unauthorized"],
    [403, "admin_closed", "closed"],
    [404, "not_found", "missing"],
    [429, "too_many_attempts", "limited"],
    [429, "too_many_readers", "refused"],
    [400, "invalid_request", "refused"],
    [503, "store_unavailable", "refused"],
  ])("%s %s of the gateway is %s", (status, code, kind) => {
    expect(failureOf(status, { code, detail: "why" }, true, null).kind).toBe(kind);
  });

  test("a proxy that finds no gateway behind it is as good as no answer", () => {
    expect([502, 503, 504].map((status) => failureOf(status, {}, false, null).kind)).toEqual(
      Array(3).fill("unreachable"),
    );
  });

  test("pauses grow, and end growing", () => {
    const pauses = [0, 1, 2, 3, 4, 5, 1_000].map(waitBeforeMs);
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });
});

describe("addresses and wishes", () => {
  test("a view and its filter come back as they went", () => {
    const word = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== "__proto__");
    fc.assert(
      fc.property(fc.constantFrom(...viewNames), fc.dictionary(word, word), (view, filter) => {
        const wellFormed = Object.entries(filter).every((pair) => pair.every((text) => text.isWellFormed()));
        fc.pre(wellFormed);
        expect(routeOf(hashOf(view, filter))).toEqual({ view, filter: { ...filter } });
      }),
    );
  });

  test("every way of taking back names what it will do, or what is missing", () => {
    for (const way of ways) {
      const wish = way.read("given", "");
      expect(wish).toBeTypeOf("object");
      expect(way.said(wish as object)).toMatch(way.name === "all" ? /Everything/ : /"given"/);
      const empty = way.read(" ", "acme");
      if (typeof empty === "string") expect(empty).toMatch(/^Name /);
      else expect(empty).toHaveProperty("tenant", "acme");
    }
  });
});

function series(values: readonly (number | null)[]) {
  return { name: "any", color: "--series-hit", values };
}
