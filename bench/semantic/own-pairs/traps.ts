/** Pairs that look alike and ask for different things. */
export const traps: Readonly<Record<string, string>> = {
  number: "How long do I boil six eggs? <> How long do I boil eight eggs?",
};
