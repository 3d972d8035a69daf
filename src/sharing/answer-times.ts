import { LRUCache } from "lru-cache";
import type { Random } from "../core/clock.ts";

/**
 * How long computed answers take, so that a stored one can take as long. Of each model of an origin the latest answers are
 * remembered: when their heads came, and how much of them had come by when. A stored answer takes the course of one of
 * those that were most like it in size, drawn by chance: so its times come from the same distribution as if it had been
 * computed, whatever the shape of that is. A mean, or a mean with noise, would not do: the difference shows in a handful
 * of measurements (Brumley and Boneh, "Remote Timing Attacks are Practical", USENIX Security 2003).
 */

/** What had come, and when. */
export interface ArrivalMark {
  /** Of all bytes. */
  readonly share: number;
  readonly ms: number;
}

export interface AnswerCourse {
  readonly requestBytes: number;
  readonly bytes: number;
  /** When the head was there, and for an answer that is no stream all of it. */
  readonly headMs: number;
  /** Of a stream; in order, the last one of all of it. */
  readonly marks: readonly ArrivalMark[];
}

/** What courses are of: those of one kind can stand for each other. */
export interface CourseKind {
  readonly originId: string;
  readonly model: string;
  readonly stream: boolean;
}

/** With fewer, chance has nothing to choose from. */
export const leastCourses = 8;
const mostCourses = 64;
const mostKinds = 200;
const mostMarks = 16;

export class AnswerTimes {
  readonly #random: Random;
  readonly #byKind = new LRUCache<string, AnswerCourse[]>({ max: mostKinds });

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether enough is known to draw from. */
  knows(kind: CourseKind): boolean {
    return (this.#byKind.get(nameOf(kind))?.length ?? 0) >= leastCourses;
  }

  note(kind: CourseKind, course: AnswerCourse): void {
    const name = nameOf(kind);
    const known = this.#byKind.get(name) ?? [];
    known.push({ ...course, marks: thinned(course.marks) });
    if (known.length > mostCourses) known.shift();
    this.#byKind.set(name, known);
  }

  /** One of those that are most like an answer of this size; `undefined` where too little is known. */
  draw(kind: CourseKind, requestBytes: number, bytes: number): AnswerCourse | undefined {
    const known = this.#byKind.get(nameOf(kind));
    if (known === undefined || known.length < leastCourses) return undefined;
    const farness = (course: AnswerCourse) =>
      Math.abs(Math.log((course.bytes + 1) / (bytes + 1))) +
      Math.abs(Math.log((course.requestBytes + 1) / (requestBytes + 1)));
    const among = Math.max(leastCourses, known.length >> 2);
    const ranked = known.map((course) => ({ course, far: farness(course) })).sort((one, other) => one.far - other.far);
    // Those as far away as the last of them are no less like it: to leave some out would prefer the oldest.
    const farthest = ranked[among - 1]?.far ?? 0;
    const nearest = ranked.filter(({ far }) => far <= farthest);
    return nearest[Math.floor(this.#random.fraction() * nearest.length)]?.course;
  }
}

/** When the last byte of `share` had come, in the course of another stream. */
export function arrivalMs({ marks, headMs }: AnswerCourse, share: number): number {
  return marks.find((mark) => mark.share >= share)?.ms ?? marks.at(-1)?.ms ?? headMs;
}

/** The first and the last are kept, and of the others so many that lie evenly. */
function thinned(marks: readonly ArrivalMark[]): readonly ArrivalMark[] {
  if (marks.length <= mostMarks) return marks;
  const step = (marks.length - 1) / (mostMarks - 1);
  return Array.from({ length: mostMarks }, (_, index) => marks[Math.round(index * step)] as ArrivalMark);
}

function nameOf({ originId, model, stream }: CourseKind): string {
  return `${stream ? "events" : "json"} ${originId} ${model}`;
}
