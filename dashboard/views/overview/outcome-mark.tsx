import { Swatch } from "../../charts/swatch.tsx";
import { titled } from "../layer-names.ts";

export function OutcomeMark({ outcome }: { readonly outcome: string }) {
  return (
    <span class="mark">
      <Swatch color={`--series-${outcome}`} />
      {titled(outcome)}
    </span>
  );
}
