import { LRUCache } from "lru-cache";
import type { Random } from "../core/clock.ts";

/**
 * How long computed answers take, so that a stored one can take as long. Of each model of an origin the latest answers of
 * each size are remembered: when their heads came, and how much of them had come by when. A stored answer takes the course
 * of one of those that were most like it in size, drawn by chance: so its times come from the same distribution as if it
 * had been computed, whatever the shape of that is. A mean, or a mean with noise, would not do: the difference shows in a
 * handful of measurements (Brumley and Boneh, "Remote Timing Attacks are Practical", USENIX Security 2003).
 *
 * The course of an answer of another size tells as much as none. So what is farther away than a factor stands for nothing,
 * and whoever sends many of one size takes nothing away from what is known of others: courses are kept by classes of size,
 * each a factor wide, so that all that are near enough to an answer are in its class and in those beside it.
 */

/** What had come, and when. */
export interface ArrivalMark {
  /** Of all bytes. */
  readonly share: number;
  readonly ms: number;
}

/** What the time of an answer depends on. */
export interface Sizes {
  readonly requestBytes: number;
  readonly bytes: number;
}

export interface AnswerCourse extends Sizes {
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
/** Of one class. */
const mostCourses = 64;
const mostClasses = 2_000;
/** Of all classes; some 15 MB with streams. */
const mostTogether = 16_000;
/** By which factor sizes may differ, of the request and of the answer. */
const reach = 1.3;
const logReach = Math.log(reach);
const mostMarks = 16;

export class AnswerTimes {
  readonly #random: Random;
  readonly #byClass = new LRUCache<string, AnswerCourse[]>({ max: mostClasses, maxSize: mostTogether });

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether enough is known to draw from. */
  knows(kind: CourseKind, sizes: Sizes): boolean {
    return this.#near(kind, sizes).length >= leastCourses;
  }

  note(kind: CourseKind, course: AnswerCourse): void {
    const name = nameOf(kind, classOf(course.requestBytes), classOf(course.bytes));
    const known = this.#byClass.get(name) ?? [];
    known.push({ ...course, marks: thinned(course.marks) });
    if (known.length > mostCourses) known.shift();
    this.#byClass.set(name, known, { size: known.length });
  }

  /** One of those that are most like an answer of this size; `undefined` where too little is known. */
  draw(kind: CourseKind, sizes: Sizes): AnswerCourse | undefined {
    const near = this.#near(kind, sizes);
    if (near.length < leastCourses) return undefined;
    const among = Math.max(leastCourses, near.length >> 2);
    const ranked = near.sort((one, other) => one.far - other.far);
    // Those as far away as the last of them are no less like it: to leave some out would prefer the oldest.
    const farthest = ranked[among - 1]?.far ?? 0;
    const nearest = ranked.filter(({ far }) => far <= farthest);
    return nearest[Math.floor(this.#random.fraction() * nearest.length)]?.course;
  }

  #near(kind: CourseKind, { requestBytes, bytes }: Sizes): { readonly course: AnswerCourse; readonly far: number }[] {
    const near = [];
    for (const ofRequest of besides(classOf(requestBytes)))
      for (const ofAnswer of besides(classOf(bytes)))
        for (const course of this.#byClass.get(nameOf(kind, ofRequest, ofAnswer)) ?? []) {
          const ofRequests = farness(course.requestBytes, requestBytes);
          const ofAnswers = farness(course.bytes, bytes);
          if (Math.max(ofRequests, ofAnswers) <= logReach) near.push({ course, far: ofRequests + ofAnswers });
        }
    return near;
  }
}

function classOf(bytes: number): number {
  return Math.floor(Math.log(bytes + 1) / logReach);
}

function besides(sizeClass: number): readonly number[] {
  return [sizeClass - 1, sizeClass, sizeClass + 1];
}

function farness(one: number, other: number): number {
  return Math.abs(Math.log((one + 1) / (other + 1)));
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

function nameOf({ originId, model, stream }: CourseKind, ofRequest: number, ofAnswer: number): string {
  return `${stream ? "events" : "json"} ${ofRequest} ${ofAnswer} ${originId} ${model}`;
}
