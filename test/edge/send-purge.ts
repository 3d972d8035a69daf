import { request } from "undici";
import type { EdgePurge } from "../../src/core/edge-purges.ts";
import type { PurgeAdapter } from "../../src/layers/edge/purging/purge-adapter.ts";

/** What an adapter says is sent; throws with the verdict where the cache did not do it. */
export async function sendPurge(adapter: PurgeAdapter, what: EdgePurge): Promise<void> {
  const batch = { tags: [], urls: [], all: false, id: "of-a-test", at: 0, ...what };
  for (const { method, url, headers, body } of adapter.requests(batch)) {
    const answer = await request(url, { method: method as "POST", headers, body: body ?? null });
    const names = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    const text = await answer.body.text();
    const verdict = adapter.read({ status: answer.statusCode, headers: Object.fromEntries(names), body: text });
    if (verdict.kind !== "done") throw new Error(verdict.reason);
  }
}
