import { CODE, ConnectionError, FRAME_BYTES, FRAME_BYTES_MAX, SETTING, WINDOW_BYTES, WINDOW_MAX } from './protocol.ts';

/** A frame of ours is not larger than that, so that streams of a connection take turns. */
const OWN_FRAME_BYTES = 64 * 1024;

/** What the other side has said of itself. */
export class PeerSettings {
  /** How much of a stream it takes at first. */
  initialWindow = WINDOW_BYTES;
  /** How large frames may be that are sent to it. */
  frameBytes = FRAME_BYTES;
  /** How many streams of ours it wants to have at once. */
  streams = Number.POSITIVE_INFINITY;

  /**
   * A SETTINGS frame.
   *
   * @returns by how much the windows of open streams grow
   * @throws ConnectionError for a value that no setting can have
   */
  read(payload: Buffer): number {
    const before = this.initialWindow;
    for (let at = 0; at < payload.length; at += 6) {
      const setting = payload.readUInt16BE(at);
      const value = payload.readUInt32BE(at + 2);
      if (setting === SETTING.initialWindowSize) {
        if (value > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
        this.initialWindow = value;
      } else if (setting === SETTING.maxFrameSize) {
        if (value < FRAME_BYTES || value > FRAME_BYTES_MAX)
          throw new ConnectionError(CODE.protocolError, 'frames of that size there are not');
        this.frameBytes = Math.min(value, OWN_FRAME_BYTES);
      } else if (setting === SETTING.maxConcurrentStreams) this.streams = value;
      else if (setting === SETTING.enablePush && value > 1)
        throw new ConnectionError(CODE.protocolError, 'a setting that is neither on nor off');
    }
    return this.initialWindow - before;
  }
}
