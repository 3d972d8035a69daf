import type { Asked } from "../core/call.ts";
import { mostTags } from "../core/directives.ts";
import type { FoundEntry, Keyed } from "../core/layer.ts";

/**
 * A stale answer is renewed by whoever happens to find it, who may know nothing of the tags that it was stored under. They
 * go on, or else nobody who takes them back would reach what was made of it. Tags of the one who found it are added as
 * long as there is room.
 */
export function withTagsOf<T extends Pick<Keyed, "directives">>(call: T, { entry }: FoundEntry): T {
  const { tags } = entry.note;
  const { directives } = call;
  if (tags.every((tag) => directives.tags.includes(tag))) return call;
  const all = [...new Set([...tags, ...directives.tags])].slice(0, Math.max(mostTags, tags.length));
  return { ...call, directives: { ...directives, tags: all } };
}

/** The same of a call to a model. */
export function askedWithTagsOf(asked: Asked, found: FoundEntry): Asked {
  const call = withTagsOf(asked.call, found);
  if (call === asked.call) return asked;
  const forModel = (model: string) => withTagsOf(asked.call.forModel(model), found);
  return { ...asked, call: { ...call, forModel }, parsed: () => asked.parsed() };
}
