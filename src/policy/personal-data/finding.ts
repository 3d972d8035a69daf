import type { PersonalKind } from "../../core/personal-data.ts";

/** One place in a text. */
export interface Finding {
  readonly kind: PersonalKind;
  /** Which rule found it, such as `us-ssn`. */
  readonly rule: string;
  /** Where it stands in the folded text (folded-text.ts). */
  readonly start: number;
  readonly end: number;
  /** The same for all spellings of the same: digits without their separators, an address in small letters. */
  readonly value: string;
}

export type Report = (finding: Finding) => void;
