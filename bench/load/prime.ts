import type { Server } from "../servers/servers.ts";
import { answerBody, numbered, sdkHeaders } from "./chat-payload.ts";

export interface PrimedRequest {
  readonly body: string;
  readonly number: number;
  readonly credential: string;
}

/** Sends every request twice, in turn: both replies must be the answer to it, and the second a hit where `isCache`. */
export async function prime(server: Server, requests: readonly PrimedRequest[], isCache: boolean): Promise<void> {
  for (const { body, number, credential } of requests) {
    const expected = answerBody(numbered(number));
    for (const pass of [1, 2]) {
      const response = await fetch(`http://${server.host}:${server.port}/v1/chat/completions`, {
        method: "POST",
        headers: sdkHeaders(credential),
        body,
      });
      const text = await response.text();
      if (text !== expected)
        throw new Error(`request ${number} got another answer: ${response.status} ${text.slice(0, 300)}`);
      const status = response.headers.get("x-ai-cache-status");
      if (isCache && pass === 2 && status !== "HIT") throw new Error(`request ${number} is not a hit but ${status}`);
    }
  }
}
