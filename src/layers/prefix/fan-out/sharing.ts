/**
 * Whose caches of prompts can be read only when the answer to the call that wrote them has begun, as its documentation says
 * (platform.claude.com/docs, "Prompt caching", on concurrent requests). Engines and other providers are not waited for
 * unless the upstream's option says so: an engine computes prompts one after the other, or finds what it computes already.
 */
const sharedOnceBegun: ReadonlySet<string> = new Set(["anthropic-messages"]);

export function isSharedOnceBegun(protocol: string): boolean {
  return sharedOnceBegun.has(protocol);
}
