import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import process from "node:process";

/**
 * Child processes of a run: pinned to a core where the system can, and ended by their own id when the program that
 * needs them ends, whichever way. What is measured runs on core 0, what drives it on core 1.
 */

export const measuredCore = 0;
export const drivingCore = 1;

const pinning = "taskset";
const running = new Set<ChildProcess>();

export const canPin =
  process.platform === "linux" && spawnSync(pinning, ["-c", `${measuredCore},${drivingCore}`, "true"]).status === 0;

/** For what works in several threads. */
export const bothCores = `${measuredCore},${drivingCore}`;

export interface ChildOptions {
  readonly core: number | string;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly directory?: string;
}

/** Starts a Node program. What it writes is kept, to be shown if it fails. */
export function startNode(script: string, parameters: readonly string[], options: ChildOptions): Child {
  return startProgram(process.execPath, [...(options.nodeOptions ?? []), script, ...parameters], options);
}

export function startProgram(program: string, parameters: readonly string[], options: ChildOptions): Child {
  const command = canPin ? [pinning, "-c", String(options.core), program] : [program];
  const child = spawn(command[0] as string, [...command.slice(1), ...parameters], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  });
  running.add(child);
  return new Child(child, [program, ...parameters].join(" "));
}

export class Child {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #questions = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<number | null>;
  #output = "";
  #heard = () => {};
  #asked = 0;

  /** Such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  constructor(child: ChildProcess, name: string) {
    this.#process = child;
    this.#name = name;
    this.pid = child.pid ?? -1;
    const hear = (chunk: Buffer): void => {
      this.#output += chunk.toString("utf8");
      this.#heard();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("message", (message) => this.#answered(message as Reply));
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#output += error.message;
        resolve(null);
      });
      child.once("close", (status) => resolve(status));
    }).then((status) => {
      running.delete(child);
      for (const { reject } of this.#questions.values()) reject(this.#failure("ended"));
      this.#questions.clear();
      this.#heard();
      return status as number | null;
    });
  }

  /** Everything that it wrote, when it has ended; rejects when its exit status is not 0. */
  async output(): Promise<string> {
    if ((await this.#ended) !== 0) throw this.#failure("failed");
    return this.#output;
  }

  /** The first match in what it writes. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.#ended.then(() => {
      over = true;
    });
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (over) throw this.#failure("ended before it was ready");
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Asks a program that runs `answerQuestions`. */
  ask<Answer>(question: unknown): Promise<Answer> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#process.send({ id, question });
    });
  }

  /** Ends it in order, or at once if it does not obey within `graceMs`. */
  async stop(graceMs = 15_000): Promise<void> {
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #answered({ id, answer, error }: Reply): void {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) question?.resolve(answer);
    else question?.reject(new Error(`${this.#name}: ${error}`));
  }

  #failure(what: string): Error {
    return new Error(`${this.#name} ${what}\n${this.#output.slice(-2_000)}`);
  }
}

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** In a child: answers what its parent asks, until the parent lets go. */
export function answerQuestions(answer: (question: never) => unknown): void {
  process.on("message", async ({ id, question }: { id: number; question: never }) => {
    try {
      process.send?.({ id, answer: await answer(question) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** Ends what is still running; for the end of a program and of the run, also after an error. */
export function killChildren(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The runner itself gets out of the way of what it measures. */
export function pinRunner(): void {
  if (canPin) spawnSync(pinning, ["-acp", String(drivingCore), String(process.pid)]);
}
