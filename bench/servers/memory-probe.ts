/** Loaded into a program with `--import`, next to `--expose-gc`: tells its parent how much memory is in use after a collection. */
import process from "node:process";
import { answerQuestions } from "../child-process.ts";
import { memoryInUse } from "./memory-in-use.ts";

answerQuestions(() => memoryInUse());
process.channel?.unref();
