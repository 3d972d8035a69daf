/** What a question begins with. */
export const questionWords: ReadonlySet<string> = new Set(
  "what which who whom whose where when why how if whether".split(" "),
);

/** The verbs of requests: after them `can you` asks for the thing, not whether it is possible. */
export const requestVerbs: ReadonlySet<string> = new Set(
  (
    "write explain translate summarize summarise list give show help describe suggest recommend create generate make " +
    "provide compare define fix convert check rewrite name tell draft outline rephrase paraphrase proofread correct " +
    "improve edit calculate compute solve classify extract format design compose brainstorm elaborate clarify"
  ).split(" "),
);
