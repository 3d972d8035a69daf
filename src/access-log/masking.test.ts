import { expect, it } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import { maskedJson } from "./masking.ts";
import { Redactor } from "./redaction.ts";

const redactor = new Redactor(fingerprintKey(Buffer.alloc(32, 1)));

it("leaves what people said, but for their personal data, each with the same token in every spelling", () => {
  const address = redactor.text("jane@example.com");
  const card = redactor.text("4111111111111111");
  const said = {
    messages: [{ role: "user", content: "Mail Jane@Example.com: 4111 1111 1111 1111." }],
    to: ["jane@example.com", "nobody"],
    card: 4111111111111111,
    ssn: 123456789,
    count: 12345678,
    temperature: 0.5,
    none: null,
    "jane@example.com": true,
  };
  expect(maskedJson(redactor, said)).toEqual({
    messages: [{ role: "user", content: `Mail ${address}: ${card}.` }],
    to: [address, "nobody"],
    card,
    ssn: redactor.text("123456789"),
    count: 12345678,
    temperature: 0.5,
    none: null,
    [address]: true,
  });
});
