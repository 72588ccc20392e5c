/** The panel's texts, which the integration brings in its translations under `config_panel`. */

import { isolated } from "./direction.ts";
import { DOMAIN, type CommandError, type HomeAssistant, type Localize } from "./home-assistant.ts";

/** Say a text of the panel; `key` is where it stands below `config_panel`. */
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export const sayFrom =
  (localize: Localize): Say =>
  (key, values) =>
    isolated(localize(`component.${DOMAIN}.config_panel.${key}`, values) || key);

export const loadTexts = async (hass: HomeAssistant): Promise<Say> => {
  await hass.loadBackendTranslation("exceptions", DOMAIN);
  return sayFrom(await hass.loadBackendTranslation("config_panel", DOMAIN));
};

const isCommandError = (error: unknown): error is CommandError =>
  typeof error === "object" && error !== null && "message" in error;

/** Return why nothing came of a command, in the user's language where there is a text for it. */
export const sayError = (hass: HomeAssistant, say: Say, error: unknown): string =>
  isolated(messageOf(hass, say, error));

const messageOf = (hass: HomeAssistant, say: Say, error: unknown): string => {
  if (!isCommandError(error)) {
    return say("failed");
  }
  const { translation_domain: domain, translation_key: key } = error;
  if (domain !== undefined && key !== undefined) {
    const text = hass.localize(
      `component.${domain}.exceptions.${key}.message`,
      error.translation_placeholders,
    );
    if (text) {
      return text;
    }
  }
  return error.message || say("failed");
};
