import { expect, it } from "vitest";
import { parseChatRequest } from "./openai-chat-request.ts";

const dependenciesOf = (more: object) => {
  const body = { model: "gpt-4o", messages: [{ role: "user", content: "What happened today?" }], ...more };
  return parseChatRequest(new TextEncoder().encode(JSON.stringify(body))).facts.dependencies;
};

const greet = { type: "function", function: { name: "greet" } };

it.each<[string, object]>([
  ["OpenAI's search options", { web_search_options: {} }],
  ["OpenAI's search models", { model: "gpt-4o-mini-search-preview-2025-03-11" }],
  ["OpenAI's search models, through a router", { model: "openai/gpt-5-search-api" }],
  ["a tool of the provider's own", { tools: [greet, { type: "browser_search" }] }],
  ["xAI's live search", { search_parameters: { mode: "auto" } }],
  ["xAI's live search, in its usual mode", { search_parameters: {} }],
  ["OpenRouter's plugin for the web", { plugins: [{ id: "response-healing" }, { id: "web", max_results: 3 }] }],
])("%s: the provider looks at the live world", (_, more) => {
  expect(dependenciesOf(more)).toEqual(["provider_tools"]);
});

it.each<[string, object]>([
  ["functions, also without their type", { tools: [greet, { function: { name: "other" } }] }],
  ["custom tools", { tools: [{ type: "custom", custom: { name: "shell" } }] }],
  ["no tools", { tools: null, plugins: null, search_parameters: null, web_search_options: null }],
  ["live search that is off", { search_parameters: { mode: "off" } }],
  ["other plugins", { plugins: [{ id: "file-parser" }] }],
  ["a model with such a word elsewhere in its name", { model: "research-preview" }],
])("%s: nothing but the request decides", (_, more) => {
  expect(dependenciesOf(more)).toEqual([]);
});
