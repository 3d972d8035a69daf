import { openAiChat } from "../../src/protocols/openai-chat.ts";

/** A chat call as a core is handed it, whose origin answers at once; and how often that was asked. */
export function chatRequest(fields: object, reply: string, contentType = "application/json") {
  const encoder = new TextEncoder();
  const state = { asked: 0 };
  async function* body() {
    yield encoder.encode(reply);
  }
  const origin = {
    id: "http://origin/v1",
    async send() {
      state.asked++;
      return { status: 200, headers: { "content-type": contentType }, body: body() };
    },
  };
  const request = {
    protocol: openAiChat,
    endpoint: "/chat/completions",
    originFor: () => origin,
    query: "",
    rawHeaders: ["authorization", "Bearer sk-somebody"],
    body: encoder.encode(JSON.stringify({ model: "m", ...fields })),
  };
  return { request, state };
}
