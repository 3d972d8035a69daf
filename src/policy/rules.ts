import { glob } from "../core/glob.ts";
import type { CallPolicy } from "../core/policy.ts";

/** Which calls a rule is for. Every given field must match; `*` in a pattern stands for any run of characters. */
export interface RuleMatch {
  readonly model?: string;
  readonly protocol?: string;
  readonly operation?: string;
  readonly namespace?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly tag?: string;
}

export interface PolicyRule {
  readonly match: RuleMatch;
  readonly set: Partial<CallPolicy>;
  /** For answers to the calls that match, besides those that they have. */
  readonly tags?: readonly string[] | undefined;
}

export interface PolicySubject {
  readonly model: string;
  readonly protocol: string;
  readonly operation: string;
  readonly namespace: string;
  readonly tenant: string;
  /** No pattern fits a call that names none. */
  readonly user?: string | undefined;
  readonly tags: readonly string[];
}

/** The rules in order, over the defaults. For each setting the first matching rule that names it decides. */
export class PolicyRules {
  readonly #defaults: CallPolicy;
  readonly #rules: readonly {
    readonly matches: (subject: PolicySubject) => boolean;
    readonly set: Partial<CallPolicy>;
    readonly tags: readonly string[];
  }[];

  constructor(defaults: CallPolicy, rules: readonly PolicyRule[]) {
    this.#defaults = Object.freeze({ ...defaults });
    this.#rules = rules.map(({ match, set, tags = [] }) => ({ matches: matcher(match), set, tags }));
  }

  resolve(subject: PolicySubject): CallPolicy {
    const matching = this.#rules.filter((rule) => rule.matches(subject));
    if (matching.length === 0) return this.#defaults;
    return Object.freeze(
      Object.assign({}, this.#defaults, ...matching.map((rule) => rule.set).reverse()) as CallPolicy,
    );
  }

  /** What all rules that match put on the answer; `subject` has the tags of the caller. */
  tagsFor(subject: PolicySubject): readonly string[] {
    return this.#rules.flatMap((rule) => (rule.tags.length > 0 && rule.matches(subject) ? rule.tags : []));
  }
}

function matcher(match: RuleMatch): (subject: PolicySubject) => boolean {
  const tests: ((subject: PolicySubject) => boolean)[] = [];
  const { tag, ...fields } = match;
  for (const [field, pattern] of Object.entries(fields)) {
    if (pattern === undefined) continue;
    const fits = glob(pattern);
    tests.push((subject) => {
      const value = subject[field as Exclude<keyof PolicySubject, "tags">];
      return value !== undefined && fits(value);
    });
  }
  if (tag !== undefined) {
    const fits = glob(tag);
    tests.push((subject) => subject.tags.some(fits));
  }
  return (subject) => tests.every((test) => test(subject));
}
