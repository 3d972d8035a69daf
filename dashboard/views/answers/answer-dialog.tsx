import { useState } from "preact/hooks";
import { usePolled } from "../../api/polled.ts";
import { session } from "../../api/session.ts";
import { nothing } from "../../format/numbers.ts";
import { ago, instant } from "../../format/times.ts";
import { AnswerChip } from "../../parts/chips.tsx";
import { Confirmation } from "../../parts/confirmation.tsx";
import { useDeed } from "../../parts/deed.ts";
import { Dialog, DialogFoot } from "../../parts/dialog.tsx";
import { type Fact, Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { Notice } from "../../parts/notice.tsx";
import { AnswerPreview } from "./answer-preview.tsx";
import { Address, type AnswerDetail, freshnessSaid } from "./answer-table.tsx";

export interface AnswerDialogProps {
  readonly slug: string;
  onClose(): void;
  /** Another version is shown, or none. */
  onChanged(): void;
}

/** One published answer or draft, in any of its versions, and what can be done about it. */
export function AnswerDialog({ slug, onClose, onChanged }: AnswerDialogProps) {
  const path = `/answers/${encodeURIComponent(slug)}`;
  const [wanted, setWanted] = useState<number | undefined>();
  const answer = usePolled<AnswerDetail>(path, { query: { version: wanted } });
  const { doing, begin, back, done } = useDeed<"show" | "withdraw">({ onChanged, onClose });
  const { data } = answer;
  // What is about to be shown is what was read, also while another version is asked for.
  const version = data?.shown?.version;
  const canShow = data?.shown?.alive === true && !(data.state === "live" && data.version === version);
  return (
    <Dialog title="Published answer" isWide onClose={onClose}>
      <Loaded of={answer} what="This version">
        {(detail) => <ShownVersion detail={detail} onVersion={setWanted} />}
      </Loaded>
      <DialogFoot onClose={onClose}>
        {canShow && (
          <button class="button" type="button" onClick={() => begin("show")}>
            Publish this version
          </button>
        )}
        {data !== undefined && (
          <button class="button danger" type="button" onClick={() => begin("withdraw")}>
            {/* Caches in front may not have been told the first time. */}
            {data.state === "withdrawn" ? "Withdraw once more" : "Withdraw"}
          </button>
        )}
      </DialogFoot>
      {doing === "show" && (
        <Confirmation
          title={`Publish version ${version}?`}
          action="Publish"
          act={async () => {
            await session.value.client?.post("/answers", { slug, version });
            done(`Version ${version} of ${slug} is published.`);
          }}
          onClose={back}
        >
          <p>Whoever reaches the gateway can read it. A prompt that kept the answer fresh is no longer asked.</p>
        </Confirmation>
      )}
      {doing === "withdraw" && (
        <Confirmation
          title="Withdraw this answer?"
          action="Withdraw"
          act={async () => {
            await session.value.client?.delete(path);
            done(`${slug} is withdrawn.`);
          }}
          onClose={back}
        >
          <p>Who asks for it is told that it is gone, and caches in front are told to forget it.</p>
          <p>Its versions are kept: any of them can be published again until what it was made of is taken back.</p>
        </Confirmation>
      )}
    </Dialog>
  );
}

interface ShownVersionProps {
  readonly detail: AnswerDetail;
  onVersion(version: number): void;
}

function ShownVersion({ detail, onVersion }: ShownVersionProps) {
  const { slug, state, version, latest, shown, failure } = detail;
  const facts: readonly Fact[] = [
    ["Name", slug],
    ["State", <AnswerChip key="state" state={state} />],
    ["Shown", version === undefined ? "no version" : `version ${version} of ${latest}`],
    ["Address", <Address key="address" head={detail} />],
    ["Fresh", freshnessSaid(detail)],
    ["Title", shown?.title ?? nothing],
    ["Language", shown?.language ?? nothing],
    ["Model", shown?.model ?? nothing],
    ["Tags", shown === undefined || shown.tags.length === 0 ? "none" : shown.tags.join(", ")],
    ["Computed", `${instant(shown?.computedAt)} (${ago(shown?.computedAt)})`],
    ["Version made", `${instant(shown?.publishedAt)} (${ago(shown?.publishedAt)})`],
  ];
  return (
    <>
      {failure !== undefined && (
        <Notice kind="warn">
          Its prompt could not be answered {ago(failure.at)}: {failure.reason}
        </Notice>
      )}
      {shown !== undefined && !shown.alive && (
        <Notice kind="info">What this version was made of was taken back: it is not shown again.</Notice>
      )}
      <label class="field">
        <span>Version</span>
        <select value={shown?.version} onChange={({ currentTarget: { value } }) => onVersion(Number(value))}>
          {numbersOf(detail).map((number) => (
            <option key={number} value={number}>
              {number === version && state === "live" ? `${number}, which is shown` : number}
            </option>
          ))}
        </select>
      </label>
      {shown !== undefined && <AnswerPreview shown={shown} />}
      <Facts of={facts} />
    </>
  );
}

/** A prompt that is asked every hour makes thousands: the newest, and those that are looked at. */
function numbersOf({ latest, version, shown }: AnswerDetail): readonly number[] {
  const newest = Array.from({ length: Math.min(latest, 50) }, (_, index) => latest - index);
  const others = [version, shown?.version].filter((number) => number !== undefined);
  return [...new Set([...newest, ...others])].sort((one, other) => other - one);
}
