import { describe, expect, it } from "vitest";
import { commonStart } from "./text-alignment.ts";
import { volatileAt } from "./volatile-text.ts";

function kindOf(one: string, other: string): string | undefined {
  const [before, after] = [`It is ${one} here.`, `It is ${other} here.`];
  return volatileAt(before, after, commonStart(before, after));
}

describe("what changes by itself", () => {
  it.each([
    ["2026-11-27T14:42:01.123Z", "2026-11-27T14:42:09.001Z"],
    ["2026-11-27 14:42:01+02:00", "2026-11-27 14:42:01+01:00"],
    ["2026/9/30", "2026/10/1"],
    ["11/27/2026, 2:42 PM", "11/27/2026, 11:02 AM"],
    ["27.11.2026", "28.11.2026"],
    ["Friday, November 27, 2026", "Saturday, November 28, 2026"],
    ["Nov 9th", "Nov 10th"],
    ["27 de noviembre de 2026", "3 de diciembre de 2026"],
    ["Freitag, 27. November 2026 um 14:42", "Freitag, 27. November 2026 um 14:43"],
    ["2026年11月27日", "2026年12月1日"],
    ["Monday", "Tuesday"],
    ["14:42", "9:05"],
    ["1795790521", "1795790599"],
    ["1795790521123", "1795790521999"],
    ["20261127T144201Z", "20261127T144202Z"],
  ])("a date: %s, %s", (one, other) => {
    expect(kindOf(one, other)).toBe("date");
    expect(kindOf(other, one)).toBe("date");
  });

  it.each([
    ["3f2b8c1e-9d47-4a60-8f1b-2c3d4e5f6a7b", "3f2b8c1e-9d47-4a60-8f1b-000000000000"],
    ["5d41402abc4b2a76b9719d911017c592", "7d793037a0760186574b0282f2f435e7"],
    ["call_oXk3LmQ9", "call_p7RtYbZ2"],
    ["deadbeef", "0badcafe"],
    ["QmFzZTY0VGV4dA", "U29tZU90aGVyVGV4dA"],
  ])("an id: %s, %s", (one, other) => {
    expect(kindOf(one, other)).toBe("id");
  });

  it.each([
    ["9", "10"],
    ["run-000041", "run-000042"],
    ["1,204.50", "1,210.00"],
    ["user 7", "user 8"],
  ])("a number: %s, %s", (one, other) => {
    expect(kindOf(one, other)).toBe("number");
  });

  it.each([
    ["sunny", "rainy"],
    ["Hi", "Hi there"],
    ["", "2026-11-27"],
    ["9:00 sharp", "9:00, or so"],
    ["route 66?", "route 66!"],
    ["version two", "November 27"],
    ["marvellous", "Monday"],
    ["Williamson", "Wilkinson"],
    ["TypeScript", "JavaScript"],
  ])("not: %s, %s", (one, other) => {
    expect(kindOf(one, other)).toBeUndefined();
  });

  it("is told of texts of any kind without delay", () => {
    for (const text of ["1", "1x", "aB", "a1.", "2026-", "Friday ", "\\n"]) {
      const long = text.repeat(100_000);
      expect(volatileAt(`${long}?`, `${long}!`, long.length)).toBeUndefined();
    }
  });
});
