import { createHmac } from "node:crypto";
import { type PurgeAdapter, verdictOf } from "./purge-adapter.ts";

/**
 * Any other cache, by a program of yours that takes a POST. It is signed as Standard Webhooks has it
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): HMAC-SHA256 over id, time and
 * body. The id stays the same when the request is sent again.
 */

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
}

export function webhook({ url, secret }: WebhookOptions): PurgeAdapter {
  return {
    kind: "webhook",
    pace: undefined,
    requests({ id, at, tags, urls, all }) {
      const body = JSON.stringify({ type: "purge", tags, urls, all });
      const time = String(Math.floor(at / 1_000));
      const signature = createHmac("sha256", secret).update(`${id}.${time}.${body}`).digest("base64");
      const headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${signature}`,
      };
      return [{ method: "POST", url, headers, body }];
    },
    read: verdictOf,
  };
}
