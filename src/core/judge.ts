/** The contract of what is asked, in the background and never on the way to an answer, whether two questions are one. */
export interface Judge {
  /** `undefined` when it cannot say, is not asked any more for now, or fails. Never rejects. */
  asksTheSame(one: string, other: string): Promise<boolean | undefined>;
  close?(): void;
}
