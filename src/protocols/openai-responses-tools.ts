import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { objectAt, objectsIn, textOf } from "./json-fields.ts";

/** The tools of the Responses API: who runs them, and which items of an answer call them. */

/** Tools that the caller runs. What is not named here runs at the provider, acts there or looks at the live world, or may. */
const callersTools: ReadonlySet<string> = new Set([
  "function",
  "custom",
  "computer",
  "computer_use_preview",
  "computer-preview",
  "local_shell",
  "apply_patch",
  "tool_search",
]);

export function runsAtProvider(tool: JsonObject): boolean {
  const type = textOf(tool.get("type"));
  if (type === "namespace") return objectsIn(tool.get("tools")).some(runsAtProvider);
  if (type === "shell") return objectAt(tool, "environment")?.get("type") !== "local";
  return type === undefined || !callersTools.has(type);
}

/** Tools without a name of their own, by the item that calls them. */
const callItems: Readonly<Record<string, readonly string[]>> = {
  computer_call: ["computer", "computer_use_preview", "computer-preview"],
  local_shell_call: ["local_shell"],
  shell_call: ["shell"],
  apply_patch_call: ["apply_patch"],
  tool_search_call: ["tool_search"],
  mcp_approval_request: ["mcp"],
};

/** Whether an item asks the caller to do something other than to call a function. */
export function isActionCall(type: string): boolean {
  return Object.hasOwn(callItems, type);
}

/** Parameter schemas by the name under which an answer calls the tool; free text has none. */
export function offeredTools(body: JsonObject): ReadonlyMap<string, JsonValue | undefined> {
  const offered = new Map<string, JsonValue | undefined>();
  addTools(offered, body.get("tools"));
  // A search for tools, and a developer, can bring further ones in the course of the conversation.
  for (const item of objectsIn(body.get("input"))) addTools(offered, item.get("tools"));
  return offered;
}

function addTools(offered: Map<string, JsonValue | undefined>, tools: JsonValue | undefined): void {
  for (const tool of objectsIn(tools)) {
    const type = textOf(tool.get("type")) ?? "";
    const name = textOf(tool.get("name"));
    if (type === "namespace") addTools(offered, tool.get("tools"));
    else if (name !== undefined) offered.set(name, tool.get("parameters") ?? undefined);
    for (const [item, callers] of Object.entries(callItems)) if (callers.includes(type)) offered.set(item, undefined);
  }
}
