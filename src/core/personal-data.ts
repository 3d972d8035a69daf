/**
 * The words for personal data: what is looked for, and what is done where some is found. `secret`: passwords, keys of APIs
 * and private keys; they name nobody, and whoever reads them can act as their owner. Names once published stay: rules and
 * metrics know them.
 */

export const personalKinds = Object.freeze(["email", "phone", "card", "iban", "national_id", "ip", "secret"] as const);
export type PersonalKind = (typeof personalKinds)[number];

/**
 * `user-scope`: the answer is for the user who asked, and nobody else. `short-ttl`: it is kept for `personalDataTtl` at the
 * most. `no-store`: no layer reads or writes. `first-to-evict`: it goes first when a store makes room.
 */
export const personalActions = Object.freeze(["user-scope", "short-ttl", "no-store", "first-to-evict"] as const);
export type PersonalAction = (typeof personalActions)[number];

/** What is done for each kind; a kind that is not named, or that has no action, is not looked for. */
export type PersonalRules = Readonly<Partial<Record<PersonalKind, readonly PersonalAction[]>>>;

/** What a call, or its answer, holds, and what follows from it. */
export interface PersonalData {
  readonly kinds: readonly PersonalKind[];
  readonly actions: ReadonlySet<PersonalAction>;
}
