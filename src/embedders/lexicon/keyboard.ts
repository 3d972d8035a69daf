/** The keys that touch each key on the common English keyboard. */
const nearKeys: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "qwa wqeas ewrsd retdf tryfg ytugh uyihj iuojk oipkl pol aqwsz sawedxz dserfcx fdrtgvc gftyhbv hgyujnb jhuikmn " +
    "kjiolm lkop zasx xzsdc cxdfv vcfgb bvghn nbhjm mnjk"
  )
    .split(" ")
    .map((keys) => [keys.charAt(0), keys.slice(1)]),
);

export function touches(one: string, other: string | undefined): boolean {
  return other !== undefined && (nearKeys[one] ?? "").includes(other);
}
