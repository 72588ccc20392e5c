/** The self-assessment of operation: line by line what is evidenced of a wallbox, and the document to take along. */

import { css, html, LitElement, nothing, type TemplateResult } from "lit";

import { choose, controls } from "../controls.ts";
import { isolated } from "../direction.ts";
import { define } from "../element.ts";
import { formatNumber } from "../formats.ts";
import { DOMAIN, type HomeAssistant } from "../home-assistant.ts";
import { ask } from "../ledger.ts";
import { link } from "../link.ts";
import { noWallbox, nothingStyles } from "../nothing.ts";
import type { Overview } from "../overview.ts";
import { shared } from "../styles.ts";
import { sayError, type Say } from "../texts.ts";

/** Where administrators change a wallbox, and with that its papers. */
const SETTINGS = `/config/integrations/integration/${DOMAIN}`;
const FORMATS = ["pdf", "html", "json"] as const;
type Format = (typeof FORMATS)[number];

interface Finding {
  name: string;
  value: string;
  note: string;
  digest: string;
  known: boolean;
  /** Whether the owner can enter it, as nobody can measure it. */
  papers: boolean;
}

interface Line {
  subject: string;
  title: string;
  about: string;
  source: string;
  verdict: string;
  verdict_text: string;
  findings: Finding[];
}

type Pairs = readonly (readonly [string, string])[];

/** What `smart_charge_point/panel/technical_file` tells, in the user's words. */
export interface Assessment {
  about: string[];
  facts: Pairs;
  sections: { title: string; lines: Line[] }[];
  about_seal: string;
  proof: Pairs;
}

/** Verdicts that look alike, in the order they are counted up in. */
const SHADES = ["met", "stated", "not_evidenced", "not_met"];
const shadeOf = (verdict: string): string => (verdict.startsWith("met_") ? "met" : verdict);

class AssessmentTab extends LitElement {
  static override properties = {
    hass: { attribute: false },
    say: { attribute: false },
    overview: { attribute: false },
    deviceId: { state: true },
    personal: { state: true },
    assessment: { state: true },
    problem: { state: true },
    making: { state: true },
  };

  declare hass: HomeAssistant;
  declare say: Say;
  declare overview: Overview;
  private declare deviceId: string;
  private declare personal: boolean;
  private declare assessment: Assessment | undefined;
  private declare problem: string | undefined;
  private declare making: Format | undefined;
  private asked: string | undefined;

  constructor() {
    super();
    this.deviceId = "";
    this.personal = false;
  }

  protected override willUpdate(): void {
    const wallboxes = this.overview.charge_points.map(({ device_id: id }) => id);
    if (!wallboxes.includes(this.deviceId)) {
      this.deviceId = wallboxes[0] ?? "";
    }
    void this.load();
  }

  protected override render(): TemplateResult {
    const { say } = this;
    if (this.deviceId === "") {
      return noWallbox(say, this.overview);
    }
    return html`
      <div class="controls">
        ${this.overview.charge_points.length < 2
          ? nothing
          : choose(
              say("assessment.wallbox"),
              undefined,
              this.overview.charge_points.map(({ device_id: id, name }) => ({ id, name })),
              this.deviceId,
              (id) => {
                this.deviceId = id;
              },
            )}
        <label class="check">
          <input
            type="checkbox"
            .checked=${this.personal}
            @change=${(event: Event): void => {
              this.personal = (event.target as HTMLInputElement).checked;
            }}
          />
          ${say("assessment.personal")}
        </label>
        <div class="formats" role="group" aria-label=${say("assessment.download")}>
          ${FORMATS.map(
            (format) =>
              html`<button
                aria-disabled=${this.making !== undefined}
                @click=${(): void => {
                  void this.download(format);
                }}
              >
                <ha-icon icon="mdi:download"></ha-icon>${say(`assessment.formats.${format}`)}
              </button>`,
          )}
        </div>
      </div>
      ${this.problem === undefined
        ? nothing
        : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.assessment === undefined
        ? this.problem === undefined
          ? html`<p class="quiet" role="status">${say("loading")}</p>`
          : nothing
        : this.renderDocument(this.assessment)}
    `;
  }

  private renderDocument(assessment: Assessment): TemplateResult {
    return html`<article class="card">
      <h2>${this.say("assessment.title")}</h2>
      ${assessment.about.map((text) => html`<p class="faint">${isolated(text)}</p>`)}
      <p class="faint">${this.say("assessment.papers")} ${this.renderLink()}</p>
      ${this.renderPairs(assessment.facts)} ${this.renderCounts(assessment)}
      ${assessment.sections.map(
        ({ title, lines }) =>
          html`<section>
            <h3>${isolated(title)}</h3>
            ${lines.map((line) => this.renderLine(line))}
          </section>`,
      )}
      <footer>
        <p class="faint">${isolated(assessment.about_seal)}</p>
        ${this.renderPairs(assessment.proof)}
      </footer>
    </article>`;
  }

  private renderPairs(pairs: Pairs): TemplateResult {
    return html`<dl>
      ${pairs.map(
        ([name, value]) =>
          html`<dt>${isolated(name)}</dt>
            <dd>${isolated(value)}</dd>`,
      )}
    </dl>`;
  }

  /** Say how many lines came to what. */
  private renderCounts({ sections }: Assessment): TemplateResult {
    const lines = sections.flatMap((section) => section.lines);
    const verdicts = new Map(lines.map(({ verdict, verdict_text: text }) => [verdict, text]));
    const sorted = Array.from(verdicts).sort(
      ([one], [other]) => SHADES.indexOf(shadeOf(one)) - SHADES.indexOf(shadeOf(other)),
    );
    return html`<ul class="counts" aria-label=${this.say("assessment.counts")}>
      ${sorted.map(([verdict, text]) => {
        const count = lines.filter((line) => line.verdict === verdict).length;
        return html`<li class="verdict ${shadeOf(verdict)}">
          ${isolated(text)}: ${formatNumber(this.hass, count)}
        </li>`;
      })}
    </ul>`;
  }

  private renderLink(): TemplateResult {
    return link(SETTINGS, this.say("assessment.open_settings"));
  }

  private renderLine(line: Line): TemplateResult {
    return html`<details>
      <summary>
        <span class="name"
          >${isolated(line.title)} <span class="faint">${isolated(line.source)}</span></span
        >
        <span class="verdict ${shadeOf(line.verdict)}">${isolated(line.verdict_text)}</span>
      </summary>
      <p class="faint">${isolated(line.about)}</p>
      <dl>
        ${line.findings.map(
          (finding) =>
            html`<dt>${isolated(finding.name)}</dt>
              <dd>
                ${isolated(finding.value)}
                ${finding.known
                  ? html`<span class="faint">${isolated(finding.note)}</span>
                      <code class="faint">SHA-256 ${finding.digest}</code>`
                  : nothing}
              </dd>`,
        )}
      </dl>
      ${line.findings.some(({ known, papers }) => papers && !known)
        ? html`<p class="enter">${this.say("assessment.enter")} ${this.renderLink()}</p>`
        : nothing}
    </details>`;
  }

  private ask<Answer>(fields: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return ask<Answer>(this.hass, "technical_file", {
      device_id: this.deviceId,
      include_personal_data: this.personal,
      language: this.hass.language,
      ...fields,
    });
  }

  /** Ask for the document once for each wallbox, choice and language. */
  private async load(): Promise<void> {
    const question = [this.deviceId, this.personal, this.hass.language].join(" ");
    if (this.deviceId === "" || question === this.asked) {
      return;
    }
    this.asked = question;
    this.assessment = undefined;
    this.problem = undefined;
    try {
      const assessment = await this.ask<Assessment>();
      if (question === this.asked) {
        this.assessment = assessment;
      }
    } catch (error) {
      if (question === this.asked) {
        this.problem = sayError(this.hass, this.say, error);
      }
    }
  }

  private async download(format: Format): Promise<void> {
    if (this.making !== undefined) {
      return;
    }
    this.making = format;
    this.problem = undefined;
    try {
      const file = await this.ask<{ url: string; filename: string }>({ format });
      const link = document.createElement("a");
      link.href = file.url;
      link.download = file.filename;
      link.click();
    } catch (error) {
      this.problem = sayError(this.hass, this.say, error);
    } finally {
      this.making = undefined;
    }
  }

  static override styles = [
    shared,
    controls,
    nothingStyles,
    css`
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 12px 16px;
        margin-bottom: 16px;
      }
      .formats {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-inline-start: auto;
      }
      h3 {
        margin-top: 24px;
      }
      p {
        margin: 4px 0;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(120px, 260px) 1fr;
        gap: 4px 16px;
        margin: 8px 0;
        overflow-wrap: anywhere;
      }
      dt,
      .faint {
        color: var(--secondary-text-color);
      }
      dt,
      dd {
        margin: 0;
        font-size: inherit;
        font-weight: 400;
      }
      dd .faint {
        font-size: var(--ha-font-size-s, 12px);
      }
      code {
        display: block;
      }
      details {
        border-top: 1px solid var(--divider-color);
      }
      summary {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        min-height: 44px;
        padding: 8px 0;
      }
      .name {
        flex: 1 1 220px;
      }
      .verdict {
        padding: 2px 10px;
        border: 1px solid;
        border-color: var(--mark);
        border-radius: 12px;
        background: color-mix(in srgb, var(--mark) 14%, transparent);
        --mark: var(--secondary-text-color);
      }
      .counts {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin: 16px 0 0;
        padding: 0;
        list-style: none;
      }
      a {
        color: inherit;
      }
      .enter {
        margin-bottom: 12px;
      }
      .met {
        --mark: var(--success-color);
      }
      .not_met {
        --mark: var(--error-color);
      }
      .not_evidenced {
        --mark: var(--warning-color);
      }
      footer {
        margin-top: 24px;
      }
      .quiet {
        padding: 48px 16px;
        color: var(--secondary-text-color);
        text-align: center;
      }
      @media (max-width: 500px) {
        dl {
          grid-template-columns: 1fr;
          gap: 0;
        }
        dd {
          margin-bottom: 8px;
        }
      }
    `,
  ];
}

define("smart-charge-point-assessment", AssessmentTab);
