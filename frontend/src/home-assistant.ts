/** What the panel uses of Home Assistant's frontend, and no more of it. */

export type Unsubscribe = () => Promise<void> | void;

export interface Connection {
  /** Call `listener` with each event; after a lost connection the command is sent again by itself. */
  subscribeMessage<Event>(
    listener: (event: Event) => void,
    message: Readonly<Record<string, unknown>>,
  ): Promise<Unsubscribe>;
}

/** How a user wants numbers and times, from their profile. */
export interface UserLocale {
  language: string;
  number_format: string;
  time_format: string;
}

export type Localize = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export interface HomeAssistant {
  connection: Connection;
  language: string;
  locale: UserLocale;
  config: { time_zone: string; currency: string };
  dockedSidebar: string;
  localize: Localize;
  loadBackendTranslation(category: string, integration: string): Promise<Localize>;
  callWS<Result>(message: Readonly<Record<string, unknown>>): Promise<Result>;
  callService(
    domain: string,
    service: string,
    data: Readonly<Record<string, unknown>>,
    target?: undefined,
    notifyOnError?: boolean,
  ): Promise<unknown>;
}

/** Where the panel is: `prefix` is its own address, `path` what follows. */
export interface Route {
  prefix: string;
  path: string;
}

/** How Home Assistant answers a command of which nothing came. */
export interface CommandError {
  code: string;
  message: string;
  translation_domain?: string;
  translation_key?: string;
  translation_placeholders?: Record<string, string>;
}

export const DOMAIN = "smart_charge_point";

/** Go to another page of Home Assistant, or another one of the panel's. */
export const navigate = (path: string, replace = false): void => {
  if (replace) {
    window.history.replaceState(null, "", path);
  } else {
    window.history.pushState(null, "", path);
  }
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
};
