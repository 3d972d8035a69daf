/**
 * What Reprise is to withstand, each with the id that tests name it by: attacks, and what went wrong in other caches and
 * gateways. Tests whose titles name an id are found by themselves; `tests` are those that cover it under titles of
 * their own, as file and title.
 */

export const threats = {
  X1: {
    what: "An answer, or what is known of it, reaches another tenant: stored, semantic, an embedding, or in flight.",
    how: "The tenant is part of every key and partition, an argument of every store call, and looked at again in the entry.",
    tests: [["test/topology/isolation.test.ts", "what reaches the origin"]],
  },
  X2: {
    what: "Something that is not in the key changes the answer: a header field, the query, another base URL.",
    how: "What is sent on is what was keyed, or known to change nothing; one table decides both.",
    tests: [
      [
        "test/topology/isolation.test.ts",
        "has only credentials, keyed and neutral headers, and nothing that speaks to the cache",
      ],
      [
        "src/intake/intake.test.ts",
        "gives equal keys to equal requests only, however they are mixed, and never mistakes one for another (N2)",
      ],
    ],
  },
  X3: {
    what: "Web cache deception: the answer to a call is asked for under a path that a cache in front takes for a file.",
    how: "Only the exact paths of calls are answered from the cache; all others pass, as `private, no-store`.",
    tests: [
      ["test/e2e/edge-labels.test.ts", "every route is private, errors included, and says what became of the call"],
    ],
  },
  X4: {
    what: "An origin puts something into the header of its answer that is meant for, or acts on, somebody else.",
    how: "Of a stored answer nothing of the header is kept but what says how its body is read.",
    tests: [
      ["test/topology/origin-headers.test.ts", "tells the caller who asked, nobody who joined, and nobody later"],
    ],
  },
  X5: {
    what: "A question is made to be taken for another, so that it gets, or plants, an answer to that.",
    how: "Like questions are looked for within one caller's own context only; guards veto, doubts are misses.",
    tests: [
      [
        "test/topology/semantic-attacks.test.ts",
        "what is hung onto a question, hidden in it or put around it is another question",
      ],
      [
        "test/topology/semantic-attacks.test.ts",
        "behind a system prompt with another date, or another key of the caller, nothing is found",
      ],
    ],
  },
  X6: {
    what: "What was planted in a document lives on in answers that were made of it.",
    how: "Answers carry tags of their sources, and are taken back by them; an answer to a like question goes with them.",
    tests: [
      ["src/intake/sources.test.ts", "files in the body are tags of the call, besides those that it names itself"],
      [
        "src/semantic/semantic-writers.test.ts",
        "answers that were made from a source go with it, also for like questions",
      ],
    ],
  },
  X7: {
    what: "The time of an answer, or what its header says, tells whether somebody else asked the same.",
    how: "Tenants share nothing unless a rule says so; in a shared scope hits look as if they were computed, and can take as long.",
    tests: [
      [
        "src/sharing/shared-answers.test.ts",
        "look the same from the cache and from the origin, and are of the present",
      ],
      ["src/sharing/shared-answers.test.ts", "does not tell whether somebody has asked before; a stream: %s"],
    ],
  },
  X8: {
    what: "Personal data outlives its erasure, or is read where it lies.",
    how: "Values are sealed under keys of tenants and users; who destroys the key has erased them. No bodies in logs.",
    tests: [],
  },
  X9: {
    what: "The gateway is made to call an address that is not meant for callers.",
    how: "Upstreams come from the configuration; the address that was checked is the one that is connected to; no redirects.",
    tests: [],
  },
  X10: {
    what: "Credentials and secrets turn up in errors, logs, metrics or dumps.",
    how: "They are hidden where anything is shown; of virtual keys salted hashes are kept.",
    tests: [
      [
        "src/gateway/tenancy/virtual-keys.test.ts",
        "are stored as salted hashes: nothing of a text is in the store, and equal ones have other hashes",
      ],
      [
        "src/gateway/tenancy/key-text.test.ts",
        "is known again by a hash with a salt of its own, and by nothing less than all of it",
      ],
    ],
  },
  X11: {
    what: "Exhaustion: huge or deeply nested bodies, bombs, slow clients, floods, one tenant who takes all room.",
    how: "Everything that is read has a bound, and every bounded store gives each tenant its share.",
    tests: [
      ["src/stores/memory-fairness.test.ts", "the others keep what they use while one floods, however they take turns"],
      ["src/stores/sqlite-fairness.test.ts", "the others keep what they have while one floods"],
    ],
  },
  X12: {
    what: "Request smuggling: two readers divide the bytes of a connection differently.",
    how: "The strict parser of Node; what could be read in two ways is refused.",
    tests: [["test/e2e/smuggling.test.ts", "X: requests that two readers might divide differently are refused"]],
  },
  X13: {
    what: "The dashboard or the admin API is used by a page of somebody else, or by what was cached.",
    how: "A bearer token and no cookie, a strict content security policy, and text that is shown as text.",
    tests: [],
  },
  X14: {
    what: "Somebody writes into the store.",
    how: "Sealed values are bound to their tenant and key; what was altered, moved or cut is absent, and told.",
    tests: [["src/core/entry.test.ts", "turn down every single damaged byte, whatever it becomes (R15)"]],
  },
  X15: {
    what: "A package of others is exchanged, or brings something along.",
    how: "Pinned by digest, from one registry, few, and listed in a bill of materials; see [supply chain](supply-chain.md).",
    tests: [],
  },
  X16: {
    what: "An action is done twice, because the answer that asks for it was stored.",
    how: "A rule can leave tool calls out; they are never answered to a like question, and calls that act at the provider pass the cache by.",
    tests: [
      ["test/e2e/admission.test.ts", "S12: tool calls are kept with their ids, unless a rule says no"],
      ["test/topology/broken-answers.test.ts", "calls tools, if the rule allows it (S12)"],
    ],
  },
};

export const failures = {
  V1: {
    where: "CVE-2026-35030 (LiteLLM)",
    what: "Only the beginning of a token was the key of who is logged in.",
    tests: [["src/intake/intake.test.ts", "makes the tenant of all credentials together, and of nothing else"]],
  },
  V2: {
    where: "CVE-2026-42208 (LiteLLM)",
    what: "A credential became part of a statement in SQL, on the way of an error.",
    tests: [],
  },
  V3: {
    where: "CVE-2024-6587 (LiteLLM)",
    what: "The body chose where the call goes, with the provider's key.",
    tests: [
      ["src/policy/chosen-upstream.test.ts", "a body that would choose where the call goes"],
      ["src/policy/chosen-upstream.test.ts", "a header field that would"],
    ],
  },
  V4: { where: "CVE-2026-12796", what: "Sessions of before stayed good.", tests: [] },
  V5: {
    where: "CVE-2026-105756 (vLLM)",
    what: "A salt that a caller chose stopped the engine.",
    tests: [
      [
        "src/protocols/openai-chat-request.test.ts",
        "names the salt and the slot of an engine in place of the caller's",
      ],
      ["test/e2e/pool.test.ts", "salts part tenants and take the place of the client's"],
    ],
  },
  V6: {
    where: "semantic-router 2130",
    what: "The body of an error was stored, and given as an answer with status 200.",
    tests: [["test/topology/broken-answers.test.ts", "with status 200 and %s is passed on and not stored (U4)"]],
  },
  V7: { where: "headroom 3346", what: "Two upstreams shared an entry.", tests: [] },
  V8: {
    where: "wso2 api-platform 733",
    what: "The tenant was missing where like questions were looked for.",
    tests: [
      [
        "test/security/crossings.test.ts",
        "X1 (I1): thousands of look-ups of many tenants in every layer, and none is answered with what is another's",
      ],
    ],
  },
  V9: {
    where: "Bifrost 7862",
    what: "Virtual keys shared entries, and a request could lower the threshold of likeness.",
    tests: [
      ["src/layers/semantic/threshold-deciding.test.ts", "%s at %s with the caller's threshold %s: %s"],
      ["src/policy/directives.test.ts", "what breaks its rule"],
    ],
  },
  V10: { where: "Bifrost 1.7.0", what: "Calls of several APIs shared an entry.", tests: [] },
  V11: {
    where: "dspy 10345",
    what: "Who was given an answer could change the stored one.",
    tests: [
      [
        "src/library/wrap-values.test.ts",
        "gives frozen values, the same whether computed or found, and never the one that was computed (N6)",
      ],
    ],
  },
  V12: { where: "Bifrost 1.7.0", what: "What was written to the store was still in use elsewhere.", tests: [] },
  V13: {
    where: "codepilot1c 99",
    what: "Who joined a stream got its tail alone; one who left ended it for others.",
    tests: [
      ["test/e2e/coalescing.test.ts", "S3: one that joins half-way gets at once all that came, then the rest"],
      [
        "test/e2e/coalescing.test.ts",
        "S1: the leader's client leaves, the followers get everything, the entry is stored",
      ],
    ],
  },
  V14: {
    where: "semantic-router 913, LiteLLM 11145 and 24579",
    what: "A stored stream came back broken, or as something else.",
    tests: [["test/conformance/sdk-matrix.test.ts", "S16: %s"]],
  },
  V15: {
    where: "LiteLLM, the source of its caching",
    what: "Fields of a key ran together, and stored text was evaluated.",
    tests: [
      ["src/core/fingerprint.test.ts", "keeps boundaries that joining would lose"],
      ["src/core/fingerprint.test.ts", "gives two lists the same text only if they are the same list"],
    ],
  },
};
