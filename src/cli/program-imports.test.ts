import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What a command needs only when it runs is loaded then: most of them end in less time than a gateway takes to load. */

/** `import ... from`, over several lines too; what is only types is gone before anything is loaded. */
const staticImport = /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";/gm;

function loadedWith(start: URL): ReadonlySet<string> {
  const met = new Set([start.href]);
  for (const href of met) {
    for (const [, path = ""] of readFileSync(new URL(href), "utf8").matchAll(staticImport))
      met.add(new URL(path, href).href);
  }
  return met;
}

test("no command loads a gateway, a store or the layers before it is run", () => {
  const loaded = [...loadedWith(new URL("./program.ts", import.meta.url))];
  const names = loaded.map((href) => href.slice(href.lastIndexOf("/src/") + 5));
  expect(names).toContain("cli/commands/serve.ts");
  const heavy = ["gateway/gateway.ts", "core-assembly.ts", "protocols/all.ts", "cli/workers/worker.ts"];
  expect(names.filter((name) => heavy.includes(name))).toEqual([]);
});
