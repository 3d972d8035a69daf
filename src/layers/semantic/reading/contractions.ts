/** Contractions as the words they stand for. Where one can stand for two things (`he'd`, `ill`, `its`) it stays. */
export function openContraction(lower: string): readonly string[] | undefined {
  const listed = whole[lower];
  if (listed !== undefined) return listed;
  const apostrophe = lower.lastIndexOf("'");
  if (apostrophe <= 0) return undefined;
  const head = lower.slice(0, apostrophe);
  const tail = lower.slice(apostrophe + 1);
  if (tail === "t" && head.endsWith("n") && head.length > 2) return [head.slice(0, -1), "not"];
  if (tail === "s") return [head, carriesIs.has(head) ? "is" : "'s"];
  const verb = endings[tail];
  return verb === undefined ? undefined : [head, verb];
}

const endings: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  m: "am",
  re: "are",
  ve: "have",
  ll: "will",
  d: "would",
});

/** After these `'s` is a verb; after any other word it is taken for the owner's. */
const carriesIs = new Set(
  "what who where when why how which that there here it he she this everything something nothing".split(" "),
);

const whole: Readonly<Record<string, readonly string[]>> = Object.assign(
  Object.create(null),
  Object.fromEntries(
    [
      "can't=can not",
      "won't=will not",
      "shan't=shall not",
      "ain't=is not",
      "let's=let us",
      "cannot=can not",
      "cant=can not",
      "wont=will not",
      "dont=do not",
      "doesnt=does not",
      "didnt=did not",
      "isnt=is not",
      "arent=are not",
      "wasnt=was not",
      "werent=were not",
      "couldnt=could not",
      "shouldnt=should not",
      "wouldnt=would not",
      "havent=have not",
      "hasnt=has not",
      "hadnt=had not",
      "mustnt=must not",
      "whats=what is",
      "whos=who is",
      "wheres=where is",
      "whens=when is",
      "whys=why is",
      "hows=how is",
      "thats=that is",
      "theres=there is",
      "im=i am",
      "ive=i have",
      "youre=you are",
      "youve=you have",
      "theyre=they are",
      "theyve=they have",
      "weve=we have",
      "hes=he is",
      "shes=she is",
      "gonna=going to",
      "wanna=want to",
      "gotta=got to",
      "gimme=give me",
      "lemme=let me",
    ].map((line) => {
      const [short = "", long = ""] = line.split("=");
      return [short, long.split(" ")];
    }),
  ),
);
