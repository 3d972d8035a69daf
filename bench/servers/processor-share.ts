import { type Profiler, Session } from "node:inspector/promises";

/**
 * Which part of the processor time of this process goes into some of its files, by samples of the stack: whatever is called
 * from there counts. Unlike requests a second it hardly depends on what else the machine does. The garbage that it leaves
 * for the collector is not counted.
 */
export class ProcessorShare {
  readonly #session = new Session();

  async begin(): Promise<void> {
    this.#session.connect();
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.setSamplingInterval", { interval: 250 });
    await this.#session.post("Profiler.start");
  }

  /** In percent of the time that was spent working. `isMeant`: whether the file at this URL is one of them. */
  async end(isMeant: (url: string) => boolean): Promise<number> {
    const { profile } = await this.#session.post("Profiler.stop");
    this.#session.disconnect();
    return shareOf(profile, isMeant);
  }
}

/** Frames in which nothing of ours runs. */
const notWork: ReadonlySet<string> = new Set(["(root)", "(program)", "(idle)"]);

function shareOf(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  isMeant: (url: string) => boolean,
): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  let [all, meant] = [0, 0];
  const add = ({ callFrame, children = [], id }: Profiler.ProfileNode, isBelow: boolean): void => {
    const isPart = isBelow || isMeant(callFrame.url);
    if (!notWork.has(callFrame.functionName)) {
      const time = times.get(id) ?? 0;
      all += time;
      if (isPart) meant += time;
    }
    for (const child of children) add(byId.get(child) as Profiler.ProfileNode, isPart);
  };
  add(nodes[0] as Profiler.ProfileNode, false);
  return (100 * meant) / all;
}
