import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { builtinLexicon } from "../../src/embedders/lexicon.ts";
import { guards } from "../../src/layers/semantic/guards/all.ts";
import { align } from "../../src/layers/semantic/reading/align.ts";
import { readText } from "../../src/layers/semantic/reading/read-text.ts";

test("docs/semantic.md: each guard is in its table, and vetoes the pair that stands beside it", () => {
  const rows = readFileSync("docs/semantic.md", "utf8").matchAll(
    /^\| `(\w+)` \| [^|]* \| "([^"]+)" \/ "([^"]+)" \|$/gm,
  );
  const told = [...rows].map(([, name = "", one = "", other = ""]) => ({ name, one, other }));
  expect(told.map(({ name }) => name).sort()).toEqual(guards.map(({ name }) => name).sort());
  const lexicon = builtinLexicon();
  for (const { name, one, other } of told) {
    const [asked, found] = [readText(one, lexicon), readText(other, lexicon)];
    const guard = guards.find((candidate) => candidate.name === name);
    expect([name, guard?.vetoes({ asked, found, alignment: align(asked, found, lexicon) })]).toEqual([name, true]);
  }
});
