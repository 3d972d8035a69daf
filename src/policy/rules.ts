import type { CallPolicy } from "../core/policy.ts";

/** Which calls a rule is for. Every given field must match; `*` in a pattern stands for any run of characters. */
export interface RuleMatch {
  readonly model?: string;
  readonly protocol?: string;
  readonly operation?: string;
  readonly namespace?: string;
  readonly tenant?: string;
  readonly tag?: string;
}

export interface PolicyRule {
  readonly match: RuleMatch;
  readonly set: Partial<CallPolicy>;
}

export interface PolicySubject {
  readonly model: string;
  readonly protocol: string;
  readonly operation: string;
  readonly namespace: string;
  readonly tenant: string;
  readonly tags: readonly string[];
}

/** The rules in order, over the defaults. For each setting the first matching rule that names it decides. */
export class PolicyRules {
  readonly #defaults: CallPolicy;
  readonly #rules: readonly {
    readonly matches: (subject: PolicySubject) => boolean;
    readonly set: Partial<CallPolicy>;
  }[];

  constructor(defaults: CallPolicy, rules: readonly PolicyRule[]) {
    this.#defaults = Object.freeze({ ...defaults });
    this.#rules = rules.map((rule) => ({ matches: matcher(rule.match), set: rule.set }));
  }

  resolve(subject: PolicySubject): CallPolicy {
    const matching = this.#rules.filter((rule) => rule.matches(subject));
    if (matching.length === 0) return this.#defaults;
    return Object.freeze(
      Object.assign({}, this.#defaults, ...matching.map((rule) => rule.set).reverse()) as CallPolicy,
    );
  }
}

function matcher(match: RuleMatch): (subject: PolicySubject) => boolean {
  const tests: ((subject: PolicySubject) => boolean)[] = [];
  const { tag, ...fields } = match;
  for (const [field, pattern] of Object.entries(fields)) {
    if (pattern === undefined) continue;
    const fits = glob(pattern);
    tests.push((subject) => fits(subject[field as Exclude<keyof PolicySubject, "tags">]));
  }
  if (tag !== undefined) {
    const fits = glob(tag);
    tests.push((subject) => subject.tags.some(fits));
  }
  return (subject) => tests.every((test) => test(subject));
}

/** Whole-text match of a pattern whose only special character is `*`; linear in the text, whatever the pattern. */
export function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.split("*");
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (parts.length === 1) return (text) => text === pattern;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
