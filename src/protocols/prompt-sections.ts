import { type JsonObject, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import type { PromptSection } from "../core/prompt.ts";

/** The members of a request that the model reads, in the order in which it does; each element of a list is one section. */
export function promptSections(
  body: JsonObject,
  names: readonly string[],
  orders: Readonly<Record<string, KeepOrder>>,
): readonly PromptSection[] {
  return names.flatMap((name): readonly PromptSection[] => {
    const value = body.get(name) ?? null;
    if (value === null) return [];
    const order = orderOf(name, orders);
    if (!Array.isArray(value)) return [{ place: name, text: serializeJson(value, order) }];
    const each = order !== true && "each" in order ? order.each : true;
    return value.map((element, index) => ({ place: `${name}[${index}]`, text: serializeJson(element, each) }));
  });
}
