import type { ComponentChildren } from "preact";

const marks = { bad: "!", warn: "!", good: "✓", info: "i" } as const;

/** Something to know. The mark says the same as the colour. */
export function Notice({
  kind,
  children,
}: {
  readonly kind: keyof typeof marks;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${kind}`}>
      <span class="notice-mark" aria-hidden="true">
        {marks[kind]}
      </span>
      <div>{children}</div>
    </div>
  );
}
