import type { ComponentChildren } from "preact";

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** What it is made of, or against what. */
  readonly note?: string;
  /** The value to its last digit. */
  readonly exact?: string;
}

/** One number that matters. */
export function Figure({ label, value, note, exact }: FigureProps) {
  return (
    <div class="card figure">
      <dt>{label}</dt>
      <dd class="figure-value" title={exact}>
        {value}
      </dd>
      {note !== undefined && <dd class="note">{note}</dd>}
    </div>
  );
}

export function Figures({ children }: { readonly children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}
