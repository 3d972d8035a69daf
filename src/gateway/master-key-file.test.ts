import { expect, test } from "vitest";
import { describeMistake, readConfig } from "./config.ts";

function toldOf(masterKeyFile: string): string {
  const reading = readConfig({ environment: {}, flags: { "security.masterKeyFile": masterKeyFile } });
  return reading.ok ? "" : reading.mistakes.map(describeMistake).join("\n");
}

test.each(["nowhere", "/run/secrets/Reprise-Master-Key-1", "./keys/master", "secrets/reprise-master-key", "key.txt"])(
  "the mistake of a master key file names the file: %s",
  (path) => {
    expect(toldOf(path)).toContain(`security.masterKeyFile = "${path}": cannot be read (ENOENT)`);
  },
);

test.each([
  Buffer.alloc(32, "k9").toString("base64"),
  Buffer.alloc(24, "K9/z").toString("base64"),
  Buffer.alloc(16, 1).toString("hex"),
  "correct horse battery staple",
])("what looks like the key itself is not shown: %s", (secret) => {
  const told = toldOf(secret);
  expect(told).toContain("security.masterKeyFile = (hidden): cannot be read");
  expect(told).not.toContain(secret);
});
