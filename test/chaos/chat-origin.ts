import { sealed } from "../../src/testing/scripted-text.ts";

/** A chat answer as `fetch` gives it, of an origin in this process that takes no time. */
export function chatResponse(model: string, text: string): Response {
  return Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message: { role: "assistant", content: sealed(text) }, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
  });
}

/** The question that `fetch` was given. */
export function questionIn(init: RequestInit | undefined): { readonly model: string; readonly text: string } {
  const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString("utf8"));
  return { model: body.model, text: body.messages[0].content };
}
