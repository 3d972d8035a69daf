import type { z } from "zod";
import type { entryDetailSchema } from "../../../src/gateway/admin/entries/shown-entry.ts";
import { usePolled } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { Confirmation } from "../../parts/confirmation.tsx";
import { useDeed } from "../../parts/deed.ts";
import { Dialog, DialogFoot } from "../../parts/dialog.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { go } from "../../shell/route.ts";
import { EntryFacts } from "./entry-facts.tsx";
import { WrongReport } from "./wrong-report.tsx";

export type EntryDetail = z.output<typeof entryDetailSchema>;

export interface EntryDialogProps {
  readonly id: string;
  onClose(): void;
  /** Something was removed or reported. */
  onChanged(): void;
}

/** One stored answer in full, and what can be done about it. */
export function EntryDialog({ id, onClose, onChanged }: EntryDialogProps) {
  const path = `/entries/${encodeURIComponent(id)}`;
  const entry = usePolled<EntryDetail>(path);
  const { doing, begin, back, done } = useDeed<"purge" | "report">({ onChanged, onClose });
  return (
    <Dialog title="Stored answer" isWide onClose={onClose}>
      {entry.failure?.kind === "missing" ? (
        <p>Nothing is stored under this id. It may have been purged, or be too old.</p>
      ) : (
        <Loaded of={entry} what="The answer">
          {(detail) => <EntryFacts entry={detail} />}
        </Loaded>
      )}
      <DialogFoot onClose={onClose}>
        {entry.data !== undefined && (
          <>
            {canBePublished(entry.data) && (
              <button class="button" type="button" onClick={() => go("answers", { entry: id })}>
                Publish…
              </button>
            )}
            <button class="button danger" type="button" onClick={() => begin("purge")}>
              Purge
            </button>
            <button class="button danger" type="button" onClick={() => begin("report")}>
              Report as wrong
            </button>
          </>
        )}
      </DialogFoot>
      {doing === "purge" && (
        <Confirmation
          title="Purge this answer?"
          action="Purge"
          act={async () => {
            await session.value.client?.delete(path);
            done("The answer was purged.");
          }}
          onClose={back}
        >
          <p>The next call that asks for it goes to the origin.</p>
        </Confirmation>
      )}
      {doing === "report" && <WrongReport id={id} onDone={done} onClose={back} />}
    </Dialog>
  );
}

/** The gateway says why where it cannot be after all. */
function canBePublished({ answer, toolCalls, request }: EntryDetail): boolean {
  return answer !== "" && toolCalls.length === 0 && !request.ofUser;
}
