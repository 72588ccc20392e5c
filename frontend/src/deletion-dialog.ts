/** The dialog that deletes personal data for good: of a person, of a wallbox or all of it; its receipt can be kept. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { controls } from "./controls.ts";
import { dialog } from "./dialog.ts";
import { plain } from "./direction.ts";
import { define } from "./element.ts";
import { formatDate, formatDay, formatNumber } from "./formats.ts";
import type { HomeAssistant } from "./home-assistant.ts";
import { ask } from "./ledger.ts";
import { shared } from "./styles.ts";
import { sayError, type Say } from "./texts.ts";

/** Of whom or what there is anything; a person without a name was removed from the home, as was a former wallbox. */
interface Subject {
  kind: "person" | "wallbox" | "former_wallbox" | "everything";
  id: string | null;
  name: string | null;
  sessions: number;
  running: number;
  first: string | null;
  last: string | null;
}

interface Receipt {
  at: string;
  deleted: Record<(typeof DELETED)[number], number>;
  wallboxes: Record<(typeof WALLBOXES)[number], number>;
  left_in_file: boolean;
  damaged_files: number;
}

const DELETED = [
  "sessions",
  "anonymised",
  "samples",
  "seconds",
  "events",
  "decisions",
  "corrections",
  "buyers",
] as const;
const WALLBOXES = ["forgot_cards", "refused", "waiting"] as const;

/** Fires `deleted` once something is gone. */
class DeletionDialog extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    subjects: { state: true },
    chosen: { state: true },
    deleting: { state: true },
    problem: { state: true },
    receipt: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  private declare subjects: readonly Subject[] | undefined;
  private declare chosen: Subject | undefined;
  private declare deleting: boolean;
  private declare problem: string | undefined;
  private declare receipt: Receipt | undefined;

  constructor() {
    super();
    this.deleting = false;
  }

  /** Open the dialog with what there is now; nothing is chosen. */
  async open(): Promise<void> {
    const { hass, say } = this;
    this.subjects = undefined;
    this.chosen = undefined;
    this.problem = undefined;
    this.receipt = undefined;
    this.dialog?.showModal();
    this.focusTitle();
    try {
      const { subjects } = await ask<{ subjects: Subject[] }>(hass, "deletable", {});
      this.subjects = subjects;
    } catch (error) {
      this.problem = sayError(hass, say, error);
    }
  }

  private get dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  private focusTitle(): void {
    this.renderRoot.querySelector("h2")?.focus();
  }

  protected override render(): TemplateResult {
    const { say, receipt } = this;
    return html`<dialog aria-labelledby="title">
      <form method="dialog" @submit=${this.erase}>
        <h2 id="title" tabindex="-1">
          ${receipt === undefined ? say("deletion.title") : say("deletion.done")}
        </h2>
        ${receipt === undefined ? this.renderChoice() : this.renderReceipt(receipt)}
        <p class="notice" role="alert" ?hidden=${this.problem === undefined}>${this.problem}</p>
        <div class="buttons">
          <button type="button" class="second" @click=${this.close}>${say("close")}</button>
          ${receipt === undefined
            ? this.renderAct()
            : html`<button type="button" @click=${this.keep}>
                <ha-icon icon="mdi:download"></ha-icon>${say("deletion.keep")}
              </button>`}
        </div>
      </form>
    </dialog>`;
  }

  private renderAct(): TemplateResult {
    const { hass, say, chosen } = this;
    return html`<button
      type="submit"
      class="act"
      aria-disabled=${chosen === undefined || this.deleting}
    >
      <ha-icon icon="mdi:delete-forever"></ha-icon>${this.deleting
        ? say("deletion.deleting")
        : chosen === undefined
          ? say("deletion.choose")
          : say("deletion.delete", { count: formatNumber(hass, chosen.sessions) })}
    </button>`;
  }

  private renderChoice(): TemplateResult {
    const { say, subjects } = this;
    if (subjects === undefined) {
      return this.problem === undefined
        ? html`<p class="quiet" role="status">${say("loading")}</p>`
        : html``;
    }
    if (subjects.length === 0) {
      return html`<p role="status">${say("deletion.nothing")}</p>`;
    }
    return html`<p id="warning">${say("deletion.warning")}</p>
      <fieldset aria-describedby="warning" ?disabled=${this.deleting}>
        <legend class="hidden">${say("deletion.of")}</legend>
        ${subjects.map((subject) => this.renderSubject(subject))}
      </fieldset>`;
  }

  private renderSubject(subject: Subject): TemplateResult {
    const { hass, say } = this;
    const { first, last } = subject;
    const days =
      first === null || last === null
        ? ""
        : first === last
          ? formatDay(hass, first)
          : `${formatDay(hass, first)} – ${formatDay(hass, last)}`;
    return html`<label>
      <input
        type="radio"
        name="subject"
        .checked=${subject === this.chosen}
        @change=${(): void => {
          this.chosen = subject;
        }}
      />
      <span>
        <strong
          >${subject.kind === "everything"
            ? say("deletion.everything")
            : (subject.name ?? say("removed"))}</strong
        >
        <span class="quiet">
          ${subject.kind === "former_wallbox" ? html`${say("removed")}. ` : nothing}${say(
            "deletion.sessions",
            { count: formatNumber(hass, subject.sessions) },
          )}${days === ""
            ? nothing
            : html`, ${days}`}
          ${subject.running === 0
            ? nothing
            : html`<br />${say("deletion.running", {
                  count: formatNumber(hass, subject.running),
                })}`}
        </span>
      </span>
    </label>`;
  }

  private renderReceipt(receipt: Receipt): TemplateResult {
    return html`<ul role="status">
      ${this.linesOf(receipt).map((line) => html`<li>${line}</li>`)}
    </ul>`;
  }

  /** What the receipt says; of what there was none, nothing but that no session went. */
  private linesOf(receipt: Receipt): string[] {
    const { hass, say } = this;
    return [
      formatDate(hass, new Date(receipt.at)),
      ...DELETED.filter((name) => name === "sessions" || receipt.deleted[name] > 0).map((name) =>
        say(`deletion.deleted.${name}`, { count: formatNumber(hass, receipt.deleted[name]) }),
      ),
      ...WALLBOXES.filter((name) => receipt.wallboxes[name] > 0).map((name) =>
        say(`deletion.wallboxes.${name}`, { count: formatNumber(hass, receipt.wallboxes[name]) }),
      ),
      ...(receipt.left_in_file ? [say("deletion.left_in_file")] : []),
      ...(receipt.damaged_files > 0
        ? [say("deletion.damaged_files", { count: formatNumber(hass, receipt.damaged_files) })]
        : []),
    ];
  }

  private close(): void {
    this.dialog?.close();
  }

  private async erase(event: Event): Promise<void> {
    event.preventDefault();
    const { hass, say, chosen } = this;
    if (chosen === undefined || this.deleting) {
      return;
    }
    this.deleting = true;
    this.problem = undefined;
    const { kind, id } = chosen;
    try {
      this.receipt = await ask<Receipt>(hass, "delete", {
        about: id === null ? { kind } : { kind, id },
      });
      this.dispatchEvent(new CustomEvent("deleted"));
    } catch (error) {
      this.problem = sayError(hass, say, error);
    } finally {
      this.deleting = false;
    }
    await this.updateComplete;
    // The button that was pressed is gone with what it was for.
    this.focusTitle();
  }

  private keep(): void {
    const { receipt, say } = this;
    if (receipt === undefined) {
      return;
    }
    const lines = [say("deletion.done"), ...this.linesOf(receipt), receipt.at];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${plain(lines.join("\n"))}\n`], { type: "text/plain" }));
    link.download = `${plain(say("deletion.filename"))}-${receipt.at.slice(0, 10)}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  static override styles = [
    shared,
    controls,
    dialog,
    css`
      h2:focus {
        outline: none;
      }
      fieldset {
        margin: 0 0 12px;
        padding: 0;
        border: 0;
      }
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 44px;
        padding: 6px 0;
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      label .quiet {
        display: block;
      }
      input {
        flex: none;
        width: 20px;
        height: 20px;
        accent-color: var(--primary-color);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 12px;
        margin-top: 20px;
      }
      .act[aria-disabled="false"] {
        background: color-mix(in srgb, var(--error-color) 24%, transparent);
      }
      .act[aria-disabled="false"] ha-icon {
        color: inherit;
      }
      .second {
        background: none;
      }
    `,
  ];
}

export type DeletionDialogElement = DeletionDialog;

define("smart-charge-point-deletion", DeletionDialog);
