/** Pairs that ask the same in nearly the same words. */
export const nearRepeats: Readonly<Record<string, string>> = {
  contraction: "Why isn't my printer working? <> Why is not my printer working?",
};
