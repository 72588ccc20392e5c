/** Live power: what a wallbox measures, as it comes, for as long as the page is looked at. */

import { DOMAIN, type Connection, type Unsubscribe } from "../home-assistant.ts";

/** One measurement: W, A and Wh; null where it was not told. */
export interface Sample {
  connector: number;
  at: string;
  power: number | null;
  current: number | null;
  energy: number | null;
  derived: boolean;
}

interface PowerEvent {
  samples: Sample[];
  ended?: boolean;
}

/** How much of what was measured is kept to be drawn, in ms. */
export const KEPT = 10 * 60_000;

export class LivePower {
  private readonly kept = new Map<number, Sample[]>();
  private subscription: Promise<Unsubscribe> | undefined;

  private readonly connection: Connection;
  private readonly deviceId: string;
  private readonly changed: () => void;

  constructor(connection: Connection, deviceId: string, changed: () => void) {
    this.connection = connection;
    this.deviceId = deviceId;
    this.changed = changed;
  }

  /** Return the samples of a connector, by time. */
  of(connector: number): readonly Sample[] {
    return this.kept.get(connector) ?? [];
  }

  start(): void {
    if (this.subscription !== undefined) {
      return;
    }
    const subscription = this.connection.subscribeMessage<PowerEvent>(
      (event) => {
        this.take(event);
      },
      { type: `${DOMAIN}/subscribe_power`, device_id: this.deviceId },
    );
    this.subscription = subscription;
    subscription.catch(() => {
      // The integration is just being reloaded; the overview says when it is back.
      if (this.subscription === subscription) {
        this.subscription = undefined;
      }
    });
  }

  stop(): void {
    const { subscription } = this;
    this.subscription = undefined;
    void subscription?.then((unsubscribe) => unsubscribe()).catch(() => undefined);
  }

  private take(event: PowerEvent): void {
    for (const sample of event.samples) {
      const samples = this.kept.get(sample.connector) ?? [];
      const latest = samples.at(-1);
      if (latest === undefined || latest.at < sample.at) {
        const from = Date.parse(sample.at) - KEPT;
        this.kept.set(sample.connector, [
          ...samples.filter(({ at }) => Date.parse(at) >= from),
          sample,
        ]);
      }
    }
    if (event.ended === true) {
      this.stop();
    }
    this.changed();
  }
}
