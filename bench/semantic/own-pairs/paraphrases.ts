/** Pairs that ask the same in other words. */
export const paraphrases: Readonly<Record<string, string>> = {
  shops: "How do I return a pair of shoes? <> What's the way to send back shoes I bought?",
};
