/** The contract lies in core, since what implements it (`src/embedders/lexicon.ts`) may not import a layer. */
export type { Lexicon } from "../../../core/lexicon.ts";
