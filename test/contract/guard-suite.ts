import { expect, test } from "vitest";
import { builtinLexicon } from "../../src/embedders/lexicon.ts";
import type { Guard } from "../../src/layers/semantic/guards/guard.ts";
import { align } from "../../src/layers/semantic/reading/align.ts";
import { readText } from "../../src/layers/semantic/reading/read-text.ts";

/** Two texts, divided by ` | `. */
type PairLine = string;

/**
 * What every guard must do: veto each trap, whichever of the two was asked; pass each benign pair; and never see a
 * difference between a text and the same text with other case, closing punctuation, white space or politeness. Texts
 * with code in them may not be put in another case or other white space: name them with `isExact`.
 */
export function guardSuite(
  guard: Guard,
  {
    traps,
    benign,
    isExact = () => false,
  }: { traps: readonly PairLine[]; benign: readonly PairLine[]; isExact?: (text: string) => boolean },
): void {
  test.each(traps.map(divided))("vetoes %s / %s", (one, other) => {
    expect(vetoes(guard, one, other)).toBe(true);
    expect(vetoes(guard, other, one)).toBe(true);
  });

  test.each(benign.map(divided))("passes %s / %s", (one, other) => {
    expect(vetoes(guard, one, other)).toBe(false);
    expect(vetoes(guard, other, one)).toBe(false);
  });

  test("there are enough pairs, and none stands twice", () => {
    expect(traps.length).toBeGreaterThanOrEqual(60);
    expect(benign.length).toBeGreaterThanOrEqual(30);
    expect(new Set([...traps, ...benign]).size).toBe(traps.length + benign.length);
  });

  test("case, closing punctuation, white space and politeness make no difference", () => {
    const texts = new Set([...traps, ...benign].flatMap(divided));
    const seen = [...texts].flatMap((text) =>
      variants(text, isExact(text)).filter((variant) => vetoes(guard, text, variant) || vetoes(guard, variant, text)),
    );
    expect(seen).toEqual([]);
  });

  test("the verdict is the same whichever text was asked, for any two of the texts", () => {
    const texts = [...new Set([...traps, ...benign].flatMap(divided))];
    const differing = texts.flatMap((text, index) =>
      [1, 7, 31]
        .map((step) => texts[(index + step) % texts.length] as string)
        .filter((other) => vetoes(guard, text, other) !== vetoes(guard, other, text))
        .map((other) => `${text} | ${other}`),
    );
    expect(differing).toEqual([]);
  });
}

/** Whether `guard` vetoes answering `asked` with the answer to `found`. */
export function vetoes(guard: Guard, asked: string, found: string): boolean {
  const lexicon = builtinLexicon();
  const pair = { asked: readText(asked, lexicon), found: readText(found, lexicon) };
  return guard.vetoes({ ...pair, alignment: align(pair.asked, pair.found, lexicon) });
}

function divided(line: PairLine): [string, string] {
  const [one, other, ...more] = line.split(" | ");
  if (one === undefined || other === undefined || more.length > 0) throw new Error(`No pair: ${line}`);
  return [one, other];
}

function variants(text: string, isExact: boolean): string[] {
  const bare = text.replace(/[?.!]+$/, "");
  const found = [
    text,
    bare,
    `${bare}??`,
    ` ${text} `,
    `Please, ${text}`,
    `Hello, ${text}`,
    `${bare}, please`,
    `${bare}. Thanks!`,
  ];
  return isExact
    ? found
    : [
        ...found,
        text.replace(/ /g, "  "),
        text.toLowerCase(),
        text.toUpperCase(),
        text.charAt(0).toUpperCase() + text.slice(1),
      ];
}
