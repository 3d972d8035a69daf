import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface CardProps {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ComponentChildren;
  /** Below the title, in a sentence. */
  readonly note?: string;
  readonly children: ComponentChildren;
}

export function Card({ title, aside, note, children }: CardProps) {
  const id = useId();
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      <div class="card-body">
        {note !== undefined && <p class="note">{note}</p>}
        {children}
      </div>
    </section>
  );
}
