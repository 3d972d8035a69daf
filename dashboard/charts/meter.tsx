/** A part of a whole; the number stands beside it. */
export function Meter({ part, all, color }: { readonly part: number; readonly all: number; readonly color: string }) {
  const share = all === 0 ? 0 : Math.min(100, (part / all) * 100);
  return (
    <div class="meter" aria-hidden="true">
      <span style={{ width: `${share}%`, background: `var(${color})` }} />
    </div>
  );
}
