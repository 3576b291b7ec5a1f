import { heartbeatMilliseconds } from "../protocol/backend/heartbeat-time.js";
import { missedHeartbeats } from "./time-outs.js";

/**
 * Counts missed heartbeats. Beats are counted, not time: when the machine wakes from sleep, or this process was busy
 * itself, one interval has passed here as there.
 */
export class HeartbeatWatch {
  private missed = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(onHang: () => void) {
    // A little longer than the beat, so that a beat that is a moment late is not a missed one.
    this.timer = setInterval(() => {
      if (++this.missed <= missedHeartbeats) return;
      this.dispose();
      onHang();
    }, heartbeatMilliseconds * 1.05);
  }

  beat(): void {
    this.missed = 0;
  }

  dispose(): void {
    clearInterval(this.timer);
  }
}
