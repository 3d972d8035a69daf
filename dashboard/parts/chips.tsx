const looks = { fresh: "chip-good", stale: "chip-warn", dead: "chip-bad" } as const;

export function StateChip({ state }: { readonly state: keyof typeof looks }) {
  return <span class={`chip ${looks[state]}`}>{state}</span>;
}

const conditions = {
  ok: { look: "chip-good", title: "well" },
  failing: { look: "chip-bad", title: "failing" },
  unavailable: { look: "chip-bad", title: "not there" },
  ready: { look: "chip-good", title: "ready" },
  ejected: { look: "chip-bad", title: "left alone" },
  draining: { look: "chip-warn", title: "finishing" },
  unknown: { look: "", title: "not called yet" },
} as const;

export function ConditionChip({ condition }: { readonly condition: keyof typeof conditions }) {
  const { look, title } = conditions[condition];
  return <span class={`chip ${look}`}>{title}</span>;
}

const answerLooks = { live: "chip-good", draft: "chip-warn", withdrawn: "" } as const;

export function AnswerChip({ state }: { readonly state: keyof typeof answerLooks }) {
  return <span class={`chip ${answerLooks[state]}`}>{state}</span>;
}

const purgeLooks = { idle: "chip-good", pending: "chip-warn", failing: "chip-bad" } as const;

export function PurgeChip({ state }: { readonly state: keyof typeof purgeLooks }) {
  return <span class={`chip ${purgeLooks[state]}`}>{state === "idle" ? "nothing waits" : state}</span>;
}
