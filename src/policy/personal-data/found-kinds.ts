import { glob } from "../../core/glob.ts";
import type { PersonalKind } from "../../core/personal-data.ts";
import type { CallPolicy } from "../../core/policy.ts";
import { detect, kindsOf } from "./detection.ts";
import { looksForPersonalData } from "./held-policy.ts";
import { textOfJson } from "./json-text.ts";

/** Kinds of personal data by what the policy looks for. */

const matchers = new WeakMap<readonly string[], (value: string) => boolean>();
const nothingExcepted = (): boolean => false;

function exceptionsOf({ personalDataExcept: patterns = [] }: CallPolicy): (value: string) => boolean {
  if (patterns.length === 0) return nothingExcepted;
  const known = matchers.get(patterns);
  if (known !== undefined) return known;
  const globs = patterns.map((pattern) => glob(pattern.toLowerCase()));
  const matcher = (value: string) => globs.some((fits) => fits(value.toLowerCase()));
  matchers.set(patterns, matcher);
  return matcher;
}

/** `text`: as people read it. */
export function kindsInText(text: string, policy: CallPolicy): readonly PersonalKind[] {
  return looksForPersonalData(policy) ? kindsOf(detect(text, exceptionsOf(policy)).findings) : [];
}

/** Of a request, by its canonical form. */
export function kindsInRequest(canonical: string, policy: CallPolicy): readonly PersonalKind[] {
  return looksForPersonalData(policy) ? kindsInText(textOfRequest(canonical), policy) : [];
}

/** As people read it; as it stands, where that cannot be told. */
export function textOfRequest(canonical: string): string {
  try {
    return textOfJson(canonical, { withNumbers: true });
  } catch {
    return canonical;
  }
}

/**
 * What an answer holds: its kinds, and those of them that its request did not hold already. `request` is asked for the
 * canonical form only where there is something to compare.
 */
export function kindsInAnswer(
  answer: string,
  request: () => string,
  policy: CallPolicy,
): { readonly kinds: readonly PersonalKind[]; readonly added: readonly PersonalKind[] } {
  if (!looksForPersonalData(policy)) return { kinds: [], added: [] };
  const isExcepted = exceptionsOf(policy);
  const { findings } = detect(answer, isExcepted);
  if (findings.length === 0) return { kinds: [], added: [] };
  const before = new Set(detect(request(), isExcepted).findings.map(({ kind, value }) => `${kind} ${value}`));
  return {
    kinds: kindsOf(findings),
    added: kindsOf(findings.filter(({ kind, value }) => !before.has(`${kind} ${value}`))),
  };
}
