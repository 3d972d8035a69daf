import { describeFleet } from "./fleet-cases.ts";
import { sharedMemory } from "./fleet-harness.ts";

describeFleet("memory that they share", sharedMemory);
