import { ask, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import type { Exchanged } from "./http-exchange.ts";

/** Asks until the answer is stored, which a busy machine may do after it has answered; resolves with a hit. */
export async function askUntilStored(
  gateway: { readonly url: string },
  body?: object,
  headers?: Readonly<Record<string, string>>,
): Promise<Exchanged> {
  let answer = await ask(gateway, body, headers);
  await eventually("it is stored", async () => {
    answer = await ask(gateway, body, headers);
    return statusOf(answer) === "HIT";
  });
  return answer;
}
