import dns, { type LookupAddress } from "node:dns";
import { expect, onTestFinished, test, vi } from "vitest";
import { addressKind } from "./address-kind.ts";
import { type AddressRefusedError, guardedLookup } from "./guarded-agent.ts";

/** A name server that answers each question with the next of these. */
function serverOf(answers: readonly (readonly string[])[]) {
  let asked = 0;
  const spy = vi.spyOn(dns, "lookup").mockImplementation(((
    _: string,
    __: object,
    found: (...all: unknown[]) => void,
  ) => {
    const addresses = answers[asked++] ?? [];
    found(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  }) as never);
  onTestFinished(() => spy.mockRestore());
}

/** Where a connection would be made to, or why none is. */
function asked(host: string, allowPrivate = false): readonly string[] | string {
  let result: readonly string[] | string = "nothing";
  guardedLookup({ allowPrivate })(host, { all: true }, (error, addresses) => {
    result = error
      ? (error as AddressRefusedError).kind
      : (addresses as readonly LookupAddress[]).map(({ address }) => address);
  });
  return result;
}

const open = "104.18.7.192";

test("X9: a public name that leads elsewhere with the next question is followed there no more", () => {
  const inside = ["127.0.0.1", "10.0.0.5", "0.0.0.0", "::", "::ffff:10.0.0.5", "::ffff:7f00:1", "64:ff9b::a00:5"];
  serverOf([[open], ...inside.map((address) => [address]), [open]]);
  expect(asked("api.example.com")).toEqual([open]);
  const kinds = ["loopback", "private", "loopback", "loopback", "private", "loopback", "private"];
  expect(inside.map(() => asked("api.example.com"))).toEqual(kinds);
  expect(asked("api.example.com")).toEqual([open]);
});

test("X9: of addresses that are mixed only the public ones are connected to, in any order", () => {
  const mixed = ["10.0.0.5", open, "::1", "2606:4700::6812:7c0", "169.254.169.254"];
  serverOf([mixed, mixed.toReversed(), mixed]);
  expect(asked("api.example.com")).toEqual([open, "2606:4700::6812:7c0"]);
  expect(asked("api.example.com")).toEqual(["2606:4700::6812:7c0", open]);
  // What hands out credentials is not reached with allowPrivate either.
  expect(asked("api.example.com", true)).toEqual(mixed.slice(0, 4));
});

test("X9: what is no address in four numbers is none, whatever a library makes of it", () => {
  const forms = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.01", "0x7f.1", "①②⑦.0.0.1", "127.0.0.1 "];
  expect(forms.map(addressKind)).toEqual(forms.map(() => "reserved"));
  serverOf(forms.map((form) => [form]));
  expect(forms.map(() => asked("api.example.com", true))).toEqual(forms.map(() => "reserved"));
});

test.each([
  ["64:ff9b:1:a9fe:a9:fe00::", "a prefix of 48 bits"],
  ["64:ff9b:1:a9:fe:a9fe::", "one of 56"],
  ["64:ff9b:1:7:a9:fea9:fe00:0", "one of 64"],
  ["64:ff9b:1:7:0:0:a9fe:a9fe", "one of 96"],
])("X9: %s, behind %2$s of a translator, is what hands out credentials", (address) => {
  expect(addressKind(address)).toBe("metadata");
  serverOf([[address]]);
  expect(asked("api.example.com", true)).toBe("metadata");
});
