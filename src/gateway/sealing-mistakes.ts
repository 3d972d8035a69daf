import type { OptionMistake, Settings } from "../options.ts";
import { shownStoreUrl } from "../stores/store-url.ts";
import { plainVectorsRemedy } from "../vectors/sealed-vectors.ts";

/** What cannot be sealed though it should be. */
export function sealingMistakes({ security, layers, rules }: Settings): readonly OptionMistake[] {
  const { semantic } = layers;
  const isSealed = security.masterKey !== undefined && security.sealing !== "off";
  const isUsed = semantic.mode !== "off" || rules.some((rule) => (rule.semantic ?? "off") !== "off");
  const isOpen = /^(postgres|redis)/.test(semantic.vectors);
  if (!isSealed || !isUsed || !isOpen || security.plainVectors) return [];
  const value = shownStoreUrl(semantic.vectors);
  const rule =
    "must be a place where vectors can be sealed, as a master key is given; a server has to compare their numbers";
  return [{ path: "layers.semantic.vectors", value, rule, remedy: plainVectorsRemedy }];
}
