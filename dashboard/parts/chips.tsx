const looks = { fresh: "chip-good", stale: "chip-warn", dead: "chip-bad" } as const;

export function StateChip({ state }: { readonly state: keyof typeof looks }) {
  return <span class={`chip ${looks[state]}`}>{state}</span>;
}
