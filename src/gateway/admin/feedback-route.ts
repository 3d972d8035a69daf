import { z } from "zod";
import type { Core } from "../../core-assembly.ts";
import { type Feedback, feedbackSchema } from "../../semantic/feedback.ts";
import type { AdminRoute } from "./admin-route.ts";

const takenSchema = z.object({
  blocked: z.boolean().meta({ description: "The answer is never served for that question again." }),
  removed: z.boolean().meta({ description: "The answer was removed: it had been given to the very same question." }),
});

/** Somebody says whether an answer was right. */
export function feedbackRoute(core: Pick<Core, "feedback">, tell: (feedback: Feedback) => void): AdminRoute {
  return {
    method: "POST",
    path: "/feedback",
    summary: "Say whether an answer was right for what was asked.",
    body: feedbackSchema,
    answer: takenSchema,
    failures: [400, 413, 503],
    async handle({ body }) {
      const taken = await core.feedback(body as Feedback);
      tell(body as Feedback);
      return taken;
    },
  };
}
