import { expect, it } from "vitest";
import { MemoryBusHub } from "../../buses/memory.ts";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { memory } from "../../stores/memory.ts";
import { readErasedNotice, writeErasedNotice } from "./erased-notice.ts";
import { type GatewayErasureParts, gatewayErasure } from "./erasure-assembly.ts";

it("is read as it was written, and as an earlier version wrote it", () => {
  const notice = { tenant: "acme", isWhole: false, parts: [{ tenant: "shared:a", marks: ["m"] }] };
  expect(readErasedNotice(writeErasedNotice(notice))).toEqual(notice);
  expect(readErasedNotice('{"tenant":"acme","isWhole":true}')).toEqual({ tenant: "acme", isWhole: true, parts: [] });
});

it.each([
  ...["", "erased", "null", "7", "[]", "{}", '{"tenant":7,"isWhole":true}', '{"tenant":"a","isWhole":"yes"}'],
  ...['{"tenant":"a","isWhole":true,"parts":{}}', '{"tenant":"a","isWhole":true,"parts":[null]}'],
  ...['{"tenant":"a","isWhole":true,"parts":[{"tenant":"b","marks":[7]}]}'],
])("is none if it is %j, and whoever hears it goes on", async (text) => {
  const hub = new MemoryBusHub();
  const [own, other] = [hub.join(), hub.join()];
  const forgotten: string[] = [];
  const core = {
    stored: { truth: memory() },
    wrapParts: { secret: fingerprintKey(new Uint8Array(32)) },
    forget: async (tenant: string) => void forgotten.push(tenant),
  };
  const parts = { core, shared: { bus: own, semantic: {} }, remembering: [], live: {}, log: console } as unknown;
  const erasure = gatewayErasure(parts as GatewayErasureParts);
  const say = (said: string) => other.publish([{ kind: "said", topic: "erased", text: said }]);
  expect(() => say(text)).not.toThrow();
  await say(writeErasedNotice({ tenant: "acme", isWhole: true, parts: [] }));
  expect(forgotten).toEqual(["acme"]);
  await erasure.close();
});
