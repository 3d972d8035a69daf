import { z } from "zod";
import type { Demand } from "./core/question.ts";
import type { SemanticMode } from "./core/semantic.ts";
import { baseUrl, choice, duration, field, flag, integer, optionalText, several, text } from "./option-fields.ts";

/** The options of answers to like questions: section `layers.semantic`. */

export const semanticModes: readonly SemanticMode[] = ["off", "observe", "serve"];
const demands: readonly Demand[] = ["tools", "media", "structured"];

export const semanticModeRemedy =
  "`observe` decides and counts what would be saved, and serves nothing; `serve` answers like questions.";

const share = (byDefault: number, least: number, most: number, description: string) =>
  field((value) => (typeof value === "number" && value >= least && value <= most ? value : undefined), {
    description,
    default: byDefault,
    rule: `a number from ${least} to ${most}`,
  });

const modelName = text("gpt-4o-mini", { description: "The model that is asked." });
const apiKey = optionalText({ description: "Sent as a bearer token." });

export const semanticSchema = z
  .strictObject({
    mode: choice("observe", semanticModes, {
      description:
        "`off`; `observe`: decide and count what answering like questions would save, and serve nothing; `serve`.",
    }),
    strategy: choice("verified", ["verified", "threshold"], {
      description:
        "`verified`: guards, a scorer and a bound on the error decide; `threshold`: cosine alone, though guards still veto.",
    }),
    threshold: share(0.92, 0, 1, "Least cosine of an answer that is served; for the strategy `threshold`."),
    target: share(0.01, 0.0001, 0.2, "Of the answers that are served, the share that may be wrong."),
    anonymous: choice("auto", ["auto", "allow", "refuse"], {
      description:
        "Whether callers whom nobody knows add questions and are answered by those of each other: `auto`, where only this machine can reach the gateway; see [poisoning](../poisoning.md).",
    }),
    maxTextLength: integer(4_000, 1, 32_000, { description: "Longer questions are not compared, in characters." }),
    allow: several(demands, {
      description: "Questions that are compared in spite of what they demand; by default none of these.",
    }),
    embedder: z
      .strictObject({
        kind: choice("builtin", ["builtin", "openai-compatible", "transformers"], {
          description:
            "Where vectors come from: `builtin`, in this process; `openai-compatible`, a server; `transformers`, an ONNX model in this process.",
        }),
        // Of a server, or of the hub.
        url: baseUrl.optional(),
        model: optionalText({
          description: "The model of the server; of `transformers` a folder, or a name on a hub, such as `owner/name`.",
        }),
        revision: optionalText({ description: "Of a model on a hub: its branch, tag or commit; otherwise `main`." }),
        quantized: flag(false, { description: "Of a model on a hub: its weights in 8 bits." }),
        apiKey,
        budget: duration("250ms", { description: "How long a call waits for its vector; slower is a miss." }),
      })
      .prefault({} as never),
    vectors: text("embedded", {
      description:
        "Where vectors are kept: `embedded` (in the data folder; in memory where the store is), `memory`, or the URL of a PostgreSQL with pgvector or of a Redis with the search engine.",
    }),
    maxVectors: integer(200_000, 100, 10_000_000, {
      description: "How many vectors are kept at most where they are kept here.",
    }),
    judge: z
      .strictObject({
        url: baseUrl,
        model: modelName,
        apiKey,
        perMinute: integer(30, 1, 10_000, { description: "How often it is asked at most." }),
      })
      .optional(),
    auditUsdPerDay: share(
      0,
      0,
      100_000,
      "What may be spent a day, in US dollars, on computing some of the answers that were served for like questions, to see whether they were right; 0 for nothing.",
    ),
  })
  .prefault({} as never);

export type SemanticSettings = z.output<typeof semanticSchema>;

/** What the library's `semantic` option may say; see docs/reference/options.md, section `layers.semantic`. */
export interface SemanticInput {
  readonly mode?: SemanticMode;
  readonly strategy?: "verified" | "threshold";
  readonly threshold?: number;
  readonly target?: number;
  readonly anonymous?: "auto" | "allow" | "refuse";
  readonly maxTextLength?: number;
  readonly allow?: "all" | readonly Demand[];
  readonly maxVectors?: number;
  readonly auditUsdPerDay?: number;
}
