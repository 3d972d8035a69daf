import { useRef } from "preact/hooks";
import type { FeedbackTaken } from "../../../src/semantic/feedback.ts";
import { session } from "../../api/session.ts";
import { Confirmation } from "../../parts/confirmation.tsx";

export interface WrongReportProps {
  readonly id: string;
  onDone(said: string): void;
  onClose(): void;
}

/** What it leads to depends on the id: one with a question is kept from that question, one without is removed. */
export function WrongReport({ id, onDone, onClose }: WrongReportProps) {
  const note = useRef<HTMLTextAreaElement>(null);
  const report = async (): Promise<void> => {
    const said = note.current?.value.trim() ?? "";
    const taken = await session.value.client?.post<FeedbackTaken>("/feedback", {
      entry: id,
      verdict: "wrong",
      ...(said !== "" && { note: said }),
    });
    onDone(outcomeOf(taken));
  };
  return (
    <Confirmation title="Report this answer as wrong?" action="Report" act={report} onClose={onClose}>
      <p>
        Given to the very same question, it is removed. Given to a like question, it is never given to that one again,
        and the layer learns from it. What it had saved is taken back.
      </p>
      <label class="field">
        <span>What is wrong with it (for the log, optional)</span>
        <textarea ref={note} rows={3} maxLength={2_000} />
      </label>
    </Confirmation>
  );
}

function outcomeOf(taken: FeedbackTaken | undefined): string {
  if (taken?.removed === true) return "Reported: the answer was removed.";
  return taken?.blocked === true ? "Reported: it is kept from that question." : "Reported.";
}
